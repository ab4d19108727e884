#include "report/sarif_result.h"

#include <assay/buf.h>
#include <inttypes.h>
#include <string.h>

#include "report/sarif_place.h"
#include "report/sarif_rules.h"
#include "report/words.h"

#define LINKS_SHOWN 20

/* What it is, its redacted form and links to the further places (their ids begin with 1): viewers
 * show those that a message links to. */
static json_t *message(const json_t *finding, const char *rule_help)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF((size_t)1 << 20), links = ASSAY_BUF(4096);
    const char *redacted = assay_json_string(finding, "redacted", "");
    const char *help = assay_json_string(finding, "help", "");
    size_t listed = json_array_size(json_object_get(finding, "places"));
    int64_t count = assay_json_int(finding, "place_count", 1);
    json_t *json;
    int r = assay_buf_printf(&buf, "%s%s%s%s", assay_json_string(finding, "message", ""),
                             redacted[0] ? " Found: " : "", redacted, redacted[0] ? "." : "");

    if (r == 0 && help[0] && strcmp(help, rule_help) != 0)
        r = assay_buf_printf(&buf, " %s", help);
    if (r < 0)
        return NULL;
    json = sarif_message(assay_buf_str(&buf));
    if (count > 1)
        r = assay_buf_printf(&links, " It stands in %" PRId64 " places", count);
    for (size_t i = 1; r == 0 && i <= listed && i <= LINKS_SHOWN; i++)
        r = assay_buf_printf(&links, "%s[%zu](%zu)", i > 1 ? ", " : ", also in ", i + 1, i);
    if (r == 0 && json && links.len)
        r = json_object_set_new(
            json, "text",
            json_sprintf("%s%s.", assay_json_string(json, "text", ""), assay_buf_str(&links)));
    return r < 0 ? NULL : json;
}

static json_t *related(const json_t *finding, const char *name)
{
    json_t *list = json_array(), *place;
    size_t i;

    json_array_foreach(json_object_get(finding, "places"), i, place)
    {
        json_array_append_new(list, sarif_location(place, name, (int)i + 1));
    }
    return list;
}

/* A waiver that counts; one that does not is among the properties only. */
static json_t *suppressions(const json_t *finding)
{
    const json_t *waiver = json_object_get(finding, "waiver");
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(65536);

    if (!waiver || json_object_get(waiver, "refused") || words_waiver(finding, &buf) < 0)
        return json_array();
    return json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted", "justification",
                     sarif_string(assay_buf_str(&buf)));
}

static json_t *properties(const json_t *finding)
{
    static const char *const keys[] = {"id",        "severity", "class",       "origin",
                                       "signed_by", "status",   "redacted",    "fingerprint",
                                       "in",        "decoded",  "place_count", "waiver"};
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        json_t *value = json_object_get(finding, keys[i]);

        if (json_is_string(value))
            json_object_set_new(object, keys[i], sarif_string(json_string_value(value)));
        else if (value)
            json_object_set(object, keys[i], value);
    }
    return object;
}

json_t *sarif_result(const json_t *finding, const char *name, json_int_t index,
                     const char *rule_help)
{
    const char *fingerprint = assay_json_string(finding, "fingerprint", "");
    bool fail = strcmp(assay_json_string(finding, "status", ""), "informational") != 0;
    int64_t count = assay_json_int(finding, "place_count", 1);

    /* 3.27.10: the level of what is no failure is "none". Code scanning tells findings apart by
     * the fingerprint named primaryLocationLineHash. */
    return json_pack("{s:o, s:I, s:s, s:s, s:o, s:[o], s:o, s:I, s:{s:s, s:s}, s:o, s:o}", "ruleId",
                     sarif_string(assay_json_string(finding, "rule", "?")), "ruleIndex", index,
                     "kind", fail ? "fail" : "informational", "level",
                     fail ? sarif_level(finding) : "none", "message", message(finding, rule_help),
                     "locations", sarif_location(finding, name, 0), "relatedLocations",
                     related(finding, name), "occurrenceCount", (json_int_t)(count > 0 ? count : 1),
                     "partialFingerprints", "assayFingerprint/v1", fingerprint,
                     "primaryLocationLineHash", fingerprint, "suppressions", suppressions(finding),
                     "properties", properties(finding));
}
