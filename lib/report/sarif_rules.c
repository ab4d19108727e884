#include "report/sarif_rules.h"

#include <assay/buf.h>
#include <errno.h>
#include <string.h>

#include "report/printer.h"
#include "report/sarif_place.h"

/* security-severity: the middle of the bands that code scanning shows as critical (over 9.0), high
 * (7.0 to 8.9), medium (4.0 to 6.9) and low. */
static const struct {
    const char *severity, *level, *score;
} severities[] = {
    {"critical", "error", "9.5"}, {"high", "error", "8.0"}, {"medium", "warning", "5.5"},
    {"low", "note", "2.0"},       {"info", "note", "0.1"},
};

#define SEVERITIES (sizeof(severities) / sizeof(*severities))

static size_t severity(const json_t *finding)
{
    const char *name = assay_json_string(finding, "severity", "");
    size_t i = 0;

    while (i < SEVERITIES - 1 && strcmp(severities[i].severity, name) != 0)
        i++;
    return i;
}

const char *sarif_level(const json_t *finding)
{
    return severities[severity(finding)].level;
}

/* Help as Markdown: foreign text in which nothing is markup but web addresses. */
static json_t *markdown(const char *text)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF((size_t)1 << 20);
    struct printer printer = {.buf = &buf};
    json_t *plain = sarif_string(text);

    printer_add(&printer, "**Why, and the mend:** ");
    for (const char *p = plain ? json_string_value(plain) : ""; *p; p++)
        printer_add(&printer, strchr("\\`*_[]<>#|~", *p) ? "\\%c" : "%c", *p);
    json_decref(plain);
    return plain && !printer.error ? json_string(assay_buf_str(&buf)) : NULL;
}

static json_t *describe(const json_t *finding)
{
    size_t row = severity(finding);
    const char *message = assay_json_string(finding, "message", "");
    const char *help = assay_json_string(finding, "help", "");

    /* A code-scanning viewer wants some help. */
    if (!help[0])
        help = message[0] ? message : assay_json_string(finding, "rule", "?");
    return json_pack("{s:o, s:o, s:{s:o, s:o}, s:{s:s}, s:{s:s, s:s, s:[s, o]}}", "id",
                     sarif_string(assay_json_string(finding, "rule", "?")), "shortDescription",
                     sarif_message(message), "help", "text", sarif_string(help), "markdown",
                     markdown(help), "defaultConfiguration", "level", severities[row].level,
                     "properties", "severity", severities[row].severity, "security-severity",
                     severities[row].score, "tags", "security",
                     sarif_string(assay_json_string(finding, "class", "?")));
}

/* The worst of a rule's findings comes first among those of one origin; a worse one that comes
 * later takes its place. */
static int note(struct sarif_rules *rules, const json_t *finding)
{
    const char *id = assay_json_string(finding, "rule", "?");
    json_t *row = json_object_get(rules->by_id, id), *rule;
    json_int_t index = assay_json_int(row, "index", (int64_t)json_array_size(rules->rules));
    int64_t n = assay_json_int(row, "findings", 0);
    int64_t worst = assay_json_int(row, "worst", SEVERITIES);

    row = json_pack(
        "{s:I, s:I, s:I, s:i}", "index", index, "findings", (json_int_t)n + 1, "worst",
        (json_int_t)(worst < (int64_t)severity(finding) ? worst : (int64_t)severity(finding)),
        "listed", 0);
    if (!row || json_object_set_new(rules->by_id, id, row) < 0)
        return -ENOMEM;
    if ((int64_t)severity(finding) >= worst)
        return 0;
    rule = describe(finding);
    if (!rule || (n ? json_array_set_new(rules->rules, (size_t)index, rule)
                    : json_array_append_new(rules->rules, rule)) < 0)
        return -ENOMEM;
    return 0;
}

int sarif_rules_collect(const json_t *report, struct sarif_rules *ret)
{
    const json_t *finding;
    size_t i;

    *ret = (struct sarif_rules){json_object(), json_array()};
    if (!ret->by_id || !ret->rules)
        return -ENOMEM;
    json_array_foreach(json_object_get(report, "findings"), i, finding)
    {
        int r = note(ret, finding);

        if (r < 0)
            return r;
    }
    return 0;
}

void sarif_rules_free(struct sarif_rules *rules)
{
    json_decref(rules->by_id);
    json_decref(rules->rules);
    *rules = (struct sarif_rules){0};
}

bool sarif_rules_take(struct sarif_rules *rules, const char *id, json_int_t *ret_index)
{
    json_t *row = json_object_get(rules->by_id, id);
    json_t *listed = json_object_get(row, "listed");

    *ret_index = assay_json_int(row, "index", 0);
    if (json_integer_value(listed) >= SARIF_OF_RULE)
        return false;
    json_integer_set(listed, json_integer_value(listed) + 1);
    return true;
}

int64_t sarif_rules_left(const struct sarif_rules *rules, const char *id)
{
    const json_t *row = json_object_get(rules->by_id, id);

    return assay_json_int(row, "findings", 0) - assay_json_int(row, "listed", 0);
}

const char *sarif_rules_help(const struct sarif_rules *rules, json_int_t index)
{
    const json_t *rule = json_array_get(rules->rules, (size_t)index);

    return assay_json_string(json_object_get(rule, "help"), "text", "");
}
