/* SARIF 2.1.0 (OASIS, with errata 01), for code-scanning viewers: one run, each finding a result,
 * its further places related locations, waivers suppressions, what was not read in full
 * notifications. Results are written one by one: a tree of them all would take many times the
 * report's size. */
#include <errno.h>
#include <string.h>

#include "report/group.h"
#include "report/printer.h"
#include "report/render.h"
#include "report/sarif_place.h"
#include "report/sarif_result.h"
#include "report/sarif_run.h"
#include "report/words.h"

#define SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define RESULTS_MAX 25000 /* of a run, what code scanning takes */

/* Writes `json`, which is consumed, behind our own words. */
static void write_json(struct printer *printer, const char *before, json_t *json)
{
    _cleanup_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);
    if (!text && printer->error == 0)
        printer->error = -ENOMEM;
    printer_add(printer, "%s", before);
    if (text)
        printer_plain(printer, text);
}

static json_t *driver(const json_t *report, const struct sarif_rules *rules)
{
    const char *version = assay_json_string(json_object_get(report, "tool"), "version", "?");

    return json_pack("{s:{s:s, s:o, s:O, s:o}}", "driver", "name", "Assay", "version",
                     sarif_string(version), "rules", rules->rules, "notifications",
                     sarif_run_notices());
}

/* The findings of one part; *n counts those written. */
static int write_part(struct printer *printer, const json_t *report, enum report_part part,
                      struct sarif_rules *rules, size_t *n)
{
    const char *name = assay_json_string(json_object_get(report, "artifact"), "name", "artifact");
    struct report_group group;
    int r = report_group_select(report, part, &group);

    if (r < 0)
        return r;
    for (size_t i = 0; i < group.n && *n < RESULTS_MAX && printer->error == 0; i++) {
        const char *id = assay_json_string(group.finding[i], "rule", "?");
        json_int_t index;

        if (!sarif_rules_take(rules, id, &index))
            continue;
        write_json(printer, *n ? ",\n" : "\n",
                   sarif_result(group.finding[i], name, index, sarif_rules_help(rules, index)));
        (*n)++;
    }
    report_group_free(&group);
    return 0;
}

static int write_run(struct printer *printer, const json_t *report, struct sarif_rules *rules)
{
    _cleanup_json_ json_t *name =
        sarif_uri(assay_json_string(json_object_get(report, "artifact"), "name", "artifact"));
    size_t n = 0;
    int r = 0;

    write_json(printer,
               "{\"$schema\": \"" SCHEMA "\",\n\"version\": \"2.1.0\",\n\"runs\": [{\n\"tool\": ",
               driver(report, rules));
    /* A viewer keeps the results of each artifact apart by this. */
    write_json(printer, ",\n\"automationDetails\": ",
               json_pack("{s:o}", "id", json_sprintf("assay/%s/", json_string_value(name))));
    write_json(printer, ",\n\"originalUriBaseIds\": ",
               json_pack("{s:{s:{s:s}}}", SARIF_BASE, "description", "text",
                         "The root of what is in the artifact."));
    write_json(printer, ",\n\"artifacts\": [", sarif_run_artifact(report));
    printer_add(printer, "],\n\"results\": [");
    for (enum report_part part = 0; r == 0 && part < REPORT_PARTS; part++)
        r = write_part(printer, report, part, rules, &n);
    write_json(printer, "],\n\"invocations\": [", sarif_run_invocation(report, rules));
    write_json(printer, "],\n\"properties\": ", sarif_run_properties(report));
    printer_add(printer, "\n}]}\n");
    return r < 0 ? r : printer->error;
}

static int render(const json_t *report, const struct assay_report_style *style,
                  struct assay_buf *ret, struct assay_error *err)
{
    struct printer printer = {.buf = ret};
    struct sarif_rules rules;
    int r = sarif_rules_collect(report, &rules);

    (void)style;
    if (r == 0)
        r = write_run(&printer, report, &rules);
    sarif_rules_free(&rules);
    return r < 0 ? words_failed(r, err) : 0;
}

const struct report_render report_sarif = {"sarif", render};
