#include "report/html_findings.h"

#include <assay/buf.h>
#include <inttypes.h>
#include <string.h>

#include "report/html_words.h"
#include "report/words.h"

static void place(struct printer *printer, const json_t *object)
{
    int64_t line = assay_json_int(object, "line", 0), offset = assay_json_int(object, "offset", -1);
    const char *where = words_holder_where(words_holder(object));
    char count[PRINTER_COUNT];

    printer_add(printer, "<li>");
    html_path(printer, assay_json_string(object, "path", ""));
    if (line > 0)
        printer_add(printer, ", line %s", printer_count(line, count));
    else if (offset >= 0)
        printer_add(printer, ", byte %s", printer_count(offset, count));
    if (where)
        printer_add(printer, ", %s", where);
    if (json_object_get(object, "decoded")) {
        printer_add(printer, ", encoded: ");
        printer_foreign(printer, assay_json_string(object, "decoded", ""));
    }
    printer_add(printer, "</li>\n");
}

static void places(struct printer *printer, const json_t *finding, size_t limit)
{
    const json_t *more = json_object_get(finding, "places");
    int64_t count = assay_json_int(finding, "place_count", 1);
    size_t shown = json_array_size(more);

    shown = shown > limit - 1 ? limit - 1 : shown;
    printer_add(printer, "<ul class=\"places\">\n");
    place(printer, finding);
    for (size_t i = 0; i < shown; i++)
        place(printer, json_array_get(more, i));
    if (count > (int64_t)shown + 1) {
        printer_add(printer, "<li class=\"more\">and ");
        html_count(printer, count - (int64_t)shown - 1, "more place", "more places");
        printer_add(printer, "</li>\n");
    }
    printer_add(printer, "</ul>\n");
}

/* How to get rid of what stands in no file, once for each way. */
static void mends(struct printer *printer, const json_t *finding)
{
    const json_t *more = json_object_get(finding, "places");
    bool told[WORDS_HOLDERS + 1] = {false};

    for (size_t i = 0; i <= json_array_size(more); i++) {
        size_t row = words_holder(i ? json_array_get(more, i - 1) : finding);
        const char *mend = words_holder_mend(row);

        if (mend && !told[row])
            printer_add(printer, "<p>%s</p>\n", mend);
        told[row] = true;
    }
}

static void waiver(struct printer *printer, const json_t *finding)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(65536);
    int r = words_waiver(finding, &buf);

    if (r < 0 && printer->error == 0)
        printer->error = r;
    if (!buf.len)
        return;
    printer_add(printer, "<p>");
    printer_foreign(printer, assay_buf_str(&buf));
    printer_add(printer, "</p>\n");
}

static void one(struct printer *printer, const json_t *finding, const struct html_limits *limits)
{
    const char *redacted = assay_json_string(finding, "redacted", "");
    const char *signed_by = assay_json_string(finding, "signed_by", NULL);

    printer_add(printer, "<li>");
    places(printer, finding, limits->places);
    printer_add(printer, "<div class=\"keys\">");
    if (redacted[0]) {
        printer_add(printer, "<span>found <code>");
        printer_foreign(printer, redacted);
        printer_add(printer, "</code></span> ");
    }
    printer_add(printer, "<span>fingerprint <code>");
    printer_foreign(printer, assay_json_string(finding, "fingerprint", ""));
    printer_add(printer, "</code></span>");
    if (signed_by) {
        printer_add(printer, " <span>signed by ");
        printer_foreign(printer, signed_by);
        printer_add(printer, "</span>");
    }
    printer_add(printer, "</div>\n");
    mends(printer, finding);
    waiver(printer, finding);
    printer_add(printer, "</li>\n");
}

/* `n` findings that share message and help. */
static void one_run(struct printer *printer, const json_t *const *finding, size_t n, bool first,
                    const struct html_limits *limits)
{
    const char *help = assay_json_string(finding[0], "help", "");

    printer_add(printer, first ? "<h3>" : "<h4>");
    printer_foreign(printer, assay_json_string(finding[0], "message", ""));
    printer_add(printer, first ? "</h3>\n" : "</h4>\n");
    if (help[0]) {
        printer_add(printer, "<p class=\"mend\"><b>Why, and the mend</b> ");
        printer_foreign(printer, help);
        printer_add(printer, "</p>\n");
    }
    printer_add(printer, "<ul class=\"found\">\n");
    for (size_t i = 0; i < n; i++)
        one(printer, finding[i], limits);
    printer_add(printer, "</ul>\n");
}

/* "1 finding, 47 places" */
static void counts(struct printer *printer, const struct report_group *group, size_t from, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t count = assay_json_int(group->finding[from + i], "place_count", 1);

        sum += count > 0 && count < INT64_MAX / 2 - sum ? count : 1;
    }
    html_count(printer, (int64_t)n, "finding", "findings");
    if (sum > (int64_t)n) {
        printer_add(printer, ", ");
        html_count(printer, sum, "place", "places");
    }
}

/* The findings of one rule and severity from `from` on. Returns how many there are. */
static size_t one_rule(struct printer *printer, const struct report_group *group, size_t from,
                       enum report_part part, size_t number, const struct html_limits *limits)
{
    size_t n = report_group_rule(group, from), told = 0;
    size_t shown = n > limits->of_rule ? limits->of_rule : n;

    printer_add(printer, "<article class=\"finding\" id=\"p%d-%zu\">\n<p class=\"about\">",
                (int)part, number);
    html_severity(printer, group->finding[from]);
    printer_add(printer, " <code>");
    printer_foreign(printer, assay_json_string(group->finding[from], "rule", "?"));
    printer_add(printer, "</code> <span>");
    counts(printer, group, from, n);
    printer_add(printer, "</span></p>\n");
    while (told < shown) {
        size_t run = report_group_run(group, from + told);

        run = run < shown - told ? run : shown - told;
        one_run(printer, group->finding + from + told, run, told == 0, limits);
        told += run;
    }
    if (told < n) {
        printer_add(printer, "<p class=\"rest\">and ");
        html_count(printer, (int64_t)(n - told), "more finding of this rule",
                   "more findings of this rule");
        printer_add(printer, ", in the JSON report</p>\n");
    }
    printer_add(printer, "</article>\n");
    return n;
}

/* One line of the index. Returns how many findings it stands for. */
static size_t index_line(struct printer *printer, const struct report_group *group, size_t from,
                         enum report_part part, size_t number)
{
    const json_t *finding = group->finding[from];
    size_t n = report_group_rule(group, from);

    printer_add(printer, "<li>");
    html_severity(printer, finding);
    printer_add(printer, " <a href=\"#p%d-%zu\">", (int)part, number);
    /* Further messages of the rule name something else. */
    printer_foreign(
        printer,
        assay_json_string(finding, report_group_run(group, from) == n ? "message" : "rule", "?"));
    printer_add(printer, "</a> <span class=\"n\">");
    counts(printer, group, from, n);
    printer_add(printer, "</span></li>\n");
    return n;
}

/* What is to be mended first, one line a rule that leads to it. */
static int part_index(struct printer *printer, const json_t *report,
                      const struct html_limits *limits)
{
    bool open = false;

    for (enum report_part part = REPORT_BLOCKING; part <= REPORT_UNREAD_BLOCKING; part++) {
        struct report_group group;
        int r = report_group_select(report, part, &group);

        if (r < 0)
            return r;
        if (group.n && !open)
            printer_add(printer, "<nav aria-labelledby=\"first\">\n<h2 id=\"first\">What to mend "
                                 "first</h2>\n<ol class=\"panel first\">\n");
        open = open || group.n;
        for (size_t i = 0, number = 0; i < group.n && number < limits->rules; number++)
            i += index_line(printer, &group, i, part, number);
        report_group_free(&group);
    }
    if (open)
        printer_add(printer, "</ol>\n</nav>\n");
    return 0;
}

static void part_head(struct printer *printer, enum report_part part, size_t n)
{
    bool folded = part > REPORT_UNREAD_BLOCKING;

    printer_add(printer, folded ? "<details>\n<summary>%s <small>" : "<section>\n<h2>%s <small>",
                report_part_title(part));
    html_count(printer, (int64_t)n, "finding", "findings");
    printer_add(printer,
                folded ? "</small></summary>\n<div class=\"inside\">\n" : "</small></h2>\n");
}

/* One part, folded unless it blocks. */
static void one_part(struct printer *printer, const struct report_group *group,
                     enum report_part part, const struct html_limits *limits)
{
    size_t i = 0;

    part_head(printer, part, group->n);
    for (size_t number = 0; i < group->n && number < limits->rules; number++)
        i += one_rule(printer, group, i, part, number, limits);
    if (i < group->n) {
        printer_add(printer, "<p class=\"rest\">and ");
        html_count(printer, (int64_t)(group->n - i), "finding of another rule",
                   "findings of other rules");
        printer_add(printer, ", in the JSON report</p>\n");
    }
    printer_add(printer, part > REPORT_UNREAD_BLOCKING ? "</div>\n</details>\n" : "</section>\n");
}

/* The parts from `part` to `last`, `before` standing before and `after` behind what there is of
 * them. *n counts their findings. */
static int some_parts(struct printer *printer, const json_t *report, enum report_part part,
                      enum report_part last, const struct html_limits *limits, const char *before,
                      const char *after, size_t *n)
{
    bool open = false;

    for (; part <= last; part++) {
        struct report_group group;
        int r = report_group_select(report, part, &group);

        if (r < 0)
            return r;
        if (group.n) {
            printer_add(printer, "%s", open ? "" : before);
            open = true;
            one_part(printer, &group, part, limits);
        }
        *n += group.n;
        report_group_free(&group);
    }
    printer_add(printer, "%s", open ? after : "");
    return 0;
}

static const char waiver_hint[] =
    "<p class=\"soft\">A finding that is known and harmless can be waived until a day by its "
    "fingerprint, in the <code>waivers</code> of a policy.</p>\n";

int html_findings(struct printer *printer, const json_t *report, const struct html_limits *limits)
{
    size_t n = 0;
    int r = part_index(printer, report, limits);

    if (r == 0)
        r = some_parts(printer, report, REPORT_BLOCKING, REPORT_UNREAD_BLOCKING, limits, "",
                       waiver_hint, &n);
    if (r == 0)
        r = some_parts(printer, report, REPORT_WAIVED, REPORT_PARTS - 1, limits,
                       "<section>\n<h2>What does not block</h2>\n", "</section>\n", &n);
    if (r == 0 && n == 0)
        printer_add(printer, "<section>\n<h2>Findings</h2>\n<p class=\"panel\">Nothing was found."
                             "</p>\n</section>\n");
    return r;
}
