#include <assay/report.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report/group.h"
#include "report/printer.h"
#include "report/render.h"
#include "report/text_coverage.h"
#include "report/text_findings.h"

#define WIDTH_DEFAULT 80
#define WIDTH_LEAST 40
#define DIGEST_SHOWN 12 /* hexadecimal digits: enough to tell artifacts apart by eye */

static const struct {
    const char *verdict, *word, *says;
    enum printer_colour colour;
} verdicts[] = {
    {"pass", "PASS", "nothing blocks", PRINTER_GREEN},
    {"reject", "REJECT", "it must not ship as it is", PRINTER_RED},
    {"incomplete", "INCOMPLETE", "it was not audited in full", PRINTER_YELLOW},
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
    const char *verdict = assay_json_string(report, "verdict", "");
    size_t i = 0;

    while (i < 2 && strcmp(verdicts[i].verdict, verdict) != 0)
        i++;
    printer_colour(printer, verdicts[i].colour);
    printer_add(printer, "%s", verdicts[i].word);
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "  ");
    printer_foreign(printer, assay_json_string(artifact, "name", "?"));
    printer_add(printer, ": %s\n  artifact  ", verdicts[i].says);
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

struct section {
    const char *title, *status;
    bool unaudited;
    void (*print)(struct printer *printer, const char *title, const struct report_group *group,
                  bool verbose);
    bool only_verbose;
};

static const char waiver_hint[] =
    "A finding that is known and harmless can be waived until a day by its fingerprint, in the "
    "\"waivers\" of a policy.";

static const struct section sections[] = {
    {"What blocks, the worst first", "blocking", false, text_findings_full, false},
    {"What was not read in full, and blocks", "blocking", true, text_findings_full, false},
    {"Waived", "waived", false, text_findings_brief, false},
    {"Not read in full, and allowed", "waived", true, text_findings_brief, false},
    {"Not read in full, and does not block", "informational", true, text_findings_brief, false},
    {"Informational", "informational", false, text_findings_brief, true},
};

static int print_section(struct printer *printer, const struct section *section,
                         const json_t *report, bool verbose)
{
    struct report_group group;
    int r = report_group_select(report, section->status, section->unaudited, &group);

    if (r < 0)
        return r;
    if (section->only_verbose && !verbose && group.n)
        printer_add(printer, "\n%s: %zu, shown when verbose\n", section->title, group.n);
    else
        section->print(printer, section->title, &group, verbose);
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
    summary_lines(&printer, json_object_get(report, "summary"));
    warnings(&printer, report);
    for (size_t i = 0; r == 0 && i < sizeof(sections) / sizeof(*sections); i++)
        r = print_section(&printer, &sections[i], report, verbose);
    if (assay_json_int(json_object_get(report, "summary"), "blocking", 0) > 0) {
        printer_add(&printer, "\n");
        printer_wrap(&printer, waiver_hint, 0, 0);
    }
    text_coverage(&printer, json_object_get(report, "coverage"), verbose);
    r = r < 0 ? r : printer.error;
    return r < 0 ? assay_error_set(err, r, "cannot write the report: %s", strerror(-r)) : 0;
}

const struct report_render report_text = {"text", assay_report_text};
