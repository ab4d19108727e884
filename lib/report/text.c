#include <assay/report.h>

#include <inttypes.h>

#include "report/group.h"
#include "report/printer.h"
#include "report/render.h"
#include "report/text_coverage.h"
#include "report/text_findings.h"
#include "report/words.h"

#define WIDTH_DEFAULT 80
#define WIDTH_LEAST 40
#define DIGEST_SHOWN 12 /* hexadecimal digits: enough to tell artifacts apart by eye */

static const enum printer_colour colours[] = {
    [WORDS_PASS] = PRINTER_GREEN,
    [WORDS_REJECT] = PRINTER_RED,
    [WORDS_INCOMPLETE] = PRINTER_YELLOW,
};

static void digest(struct printer *printer, const char *text)
{
    char start[DIGEST_SHOWN + 1];

    snprintf(start, sizeof(start), "%s", text);
    printer_foreign(printer, start);
}

static void headline(struct printer *printer, const json_t *report)
{
    const json_t *artifact = json_object_get(report, "artifact");
    enum words_verdict verdict = words_verdict(report);

    printer_colour(printer, colours[verdict]);
    printer_add(printer, "%s", words_verdict_word(verdict));
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "  ");
    printer_foreign(printer, assay_json_string(artifact, "name", "?"));
    printer_add(printer, ": %s\n  artifact  ", words_verdict_says(verdict));
    printer_foreign(printer, assay_json_string(artifact, "format", "?"));
    printer_add(printer, ", ");
    printer_size(printer, assay_json_int(artifact, "size", 0));
    printer_add(printer, ", sha256 ");
    digest(printer, assay_json_string(artifact, "sha256", "?"));
    printer_add(printer, "\n");
}

static void policy_line(struct printer *printer, const json_t *policy)
{
    size_t i;
    json_t *layer;

    printer_add(printer, "  policy    ");
    printer_foreign(printer, assay_json_string(policy, "name", "?"));
    printer_add(printer, " ");
    digest(printer, assay_json_string(policy, "digest", "?"));
    json_array_foreach(json_object_get(policy, "layers"), i, layer)
    {
        printer_add(printer, "%s", i ? " < " : " (");
        printer_foreign(printer, assay_json_string(layer, "name", "?"));
    }
    printer_add(printer, "%s\n", i ? ")" : "");
}

static void harvest_lines(struct printer *printer, const json_t *policy)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(policy, "harvested"), i, one)
    {
        const char *problem = assay_json_string(one, "problem", NULL);

        printer_add(printer, "%s%" PRId64 " identities from ", i ? "            " : "  harvested ",
                    assay_json_int(one, "count", 0));
        printer_foreign(printer, assay_json_string(one, "from", "?"));
        if (problem) {
            printer_add(printer, ": ");
            printer_foreign(printer, problem);
        }
        printer_add(printer, "\n");
    }
}

static void summary_lines(struct printer *printer, const json_t *summary)
{
    int64_t dropped = assay_json_int(summary, "dropped", 0);
    int64_t expired = assay_json_int(summary, "waivers_expired", 0);
    int64_t locked = assay_json_int(summary, "waivers_locked", 0);

    printer_add(printer,
                "  findings  %" PRId64 " blocking, %" PRId64 " waived, %" PRId64 " informational\n",
                assay_json_int(summary, "blocking", 0), assay_json_int(summary, "waived", 0),
                assay_json_int(summary, "informational", 0));
    if (dropped)
        printer_add(printer, "            %" PRId64 " more were dropped: the report was full\n",
                    dropped);
    if (expired)
        printer_add(printer, "            %" PRId64 " named by a waiver that has expired\n",
                    expired);
    if (locked)
        printer_add(printer, "            %" PRId64 " named by a waiver that a lock overrules\n",
                    locked);
}

/* What makes the verdict worth less than it seems. */
static void warnings(struct printer *printer, const json_t *report)
{
    const json_t *bypass = json_object_get(report, "bypass");

    if (!assay_json_bool(json_object_get(report, "sandbox"), "seccomp", false)) {
        printer_colour(printer, PRINTER_YELLOW);
        printer_add(printer, "  warning   audited without a system call filter\n");
        printer_colour(printer, PRINTER_PLAIN);
    }
    if (!bypass)
        return;
    printer_colour(printer, PRINTER_YELLOW);
    printer_add(printer, "  bypassed  by ");
    printer_foreign(printer, assay_json_string(bypass, "by", "?"));
    printer_add(printer, ": ");
    printer_foreign(printer, assay_json_string(bypass, "reason", "?"));
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "\n");
}

static const char waiver_hint[] =
    "A finding that is known and harmless can be waived until a day by its fingerprint, in the "
    "\"waivers\" of a policy.";

static int print_part(struct printer *printer, enum report_part part, const json_t *report,
                      bool verbose)
{
    const char *title = report_part_title(part);
    struct report_group group;
    int r = report_group_select(report, part, &group);

    if (r < 0)
        return r;
    if (part <= REPORT_UNREAD_BLOCKING)
        text_findings_full(printer, title, &group, verbose);
    else if (verbose || part < REPORT_INFORMATIONAL)
        text_findings_brief(printer, title, &group, verbose);
    else if (group.n)
        printer_add(printer, "\n%s: %zu, shown when verbose\n", title, group.n);
    report_group_free(&group);
    return 0;
}

int assay_report_text(const json_t *report, const struct assay_report_style *style,
                      struct assay_buf *ret, struct assay_error *err)
{
    unsigned width = style && style->width ? style->width : WIDTH_DEFAULT;
    struct printer printer = {.buf = ret, .colour = style && style->colour};
    bool verbose = style && style->verbose;
    int r = 0;

    printer.width = width < WIDTH_LEAST ? WIDTH_LEAST : width;
    headline(&printer, report);
    policy_line(&printer, json_object_get(report, "policy"));
    harvest_lines(&printer, json_object_get(report, "policy"));
    summary_lines(&printer, json_object_get(report, "summary"));
    warnings(&printer, report);
    for (enum report_part part = 0; r == 0 && part < REPORT_PARTS; part++)
        r = print_part(&printer, part, report, verbose);
    if (assay_json_int(json_object_get(report, "summary"), "blocking", 0) > 0) {
        printer_add(&printer, "\n");
        printer_wrap(&printer, waiver_hint, 0, 0);
    }
    text_coverage(&printer, json_object_get(report, "coverage"), verbose);
    r = r < 0 ? r : printer.error;
    return r < 0 ? words_failed(r, err) : 0;
}

const struct report_render report_text = {"text", assay_report_text};
