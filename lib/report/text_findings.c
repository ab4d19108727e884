#include "report/text_findings.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

#define PLACES_SHOWN 4    /* of one finding, unless verbose */
#define FINDINGS_SHOWN 10 /* of one rule, unless verbose */
#define LINES_SHOWN 20    /* of the brief list, unless verbose */

static enum printer_colour severity_colour(const char *severity)
{
    if (strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0)
        return PRINTER_RED;
    return strcmp(severity, "medium") == 0 ? PRINTER_YELLOW : PRINTER_BOLD;
}

static void title_line(struct printer *printer, const char *title, size_t n)
{
    printer_colour(printer, PRINTER_BOLD);
    printer_add(printer, "\n%s (%zu)", title, n);
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "\n");
}

/* "etc/passwd:3", or "a.img, byte 4096" where lines mean nothing. */
static void place(struct printer *printer, const json_t *object)
{
    int64_t line = assay_json_int(object, "line", 0), offset = assay_json_int(object, "offset", -1);
    const char *path = assay_json_string(object, "path", "");
    const char *where = words_holder_where(words_holder(object));

    printer_foreign(printer, path[0] ? path : "(the artifact itself)");
    if (line > 0)
        printer_add(printer, ":%" PRId64, line);
    else if (offset >= 0)
        printer_add(printer, ", byte %" PRId64, offset);
    if (where)
        printer_add(printer, ", %s", where);
    if (json_object_get(object, "decoded"))
        printer_add(printer, ", encoded: %s", assay_json_string(object, "decoded", ""));
}

/* How to get rid of what stands in no file, once for each way. */
static void mends(struct printer *printer, const json_t *finding)
{
    const json_t *more = json_object_get(finding, "places");
    bool told[WORDS_HOLDERS + 1] = {false};

    for (size_t i = 0; i <= json_array_size(more); i++) {
        size_t row = words_holder(i ? json_array_get(more, i - 1) : finding);
        const char *mend = words_holder_mend(row);

        if (mend && !told[row]) {
            printer_add(printer, "    ");
            printer_wrap(printer, mend, 4, 4);
        }
        told[row] = true;
    }
}

static void places(struct printer *printer, const json_t *finding, bool verbose)
{
    const json_t *more = json_object_get(finding, "places");
    int64_t count = assay_json_int(finding, "place_count", 1);
    size_t shown = json_array_size(more);

    if (!verbose && shown > PLACES_SHOWN - 1)
        shown = PLACES_SHOWN - 1;
    printer_add(printer, "  - ");
    place(printer, finding);
    printer_add(printer, "\n");
    for (size_t i = 0; i < shown; i++) {
        printer_add(printer, "    ");
        place(printer, json_array_get(more, i));
        printer_add(printer, "\n");
    }
    if (count > (int64_t)shown + 1)
        printer_add(printer, "    and %" PRId64 " more %s\n", count - (int64_t)shown - 1,
                    count - (int64_t)shown == 2 ? "place" : "places");
}

static void waiver(struct printer *printer, const json_t *finding, unsigned indent)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(65536);
    int r = words_waiver(finding, &buf);

    if (r < 0 && printer->error == 0)
        printer->error = r;
    if (!buf.len)
        return;
    printer_add(printer, "%*s", (int)indent, "");
    printer_wrap(printer, assay_buf_str(&buf), indent, indent);
}

static void one_full(struct printer *printer, const json_t *finding, bool verbose)
{
    const char *redacted = assay_json_string(finding, "redacted", "");

    places(printer, finding, verbose);
    if (redacted[0]) {
        printer_add(printer, "    found        ");
        printer_foreign(printer, redacted);
        printer_add(printer, "\n");
    }
    printer_colour(printer, PRINTER_DIM);
    printer_add(printer, "    fingerprint  ");
    printer_foreign(printer, assay_json_string(finding, "fingerprint", ""));
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "\n");
    mends(printer, finding);
    waiver(printer, finding, 4);
}

static void severity_and_rule(struct printer *printer, const json_t *finding)
{
    const char *severity = assay_json_string(finding, "severity", "?");

    printer_colour(printer, severity_colour(severity));
    printer_foreign(printer, severity);
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "  ");
    printer_foreign(printer, assay_json_string(finding, "rule", "?"));
}

/* `shown` findings that share severity, rule, message and help; `left` more of their rule are not
 * told. */
static void one_run(struct printer *printer, const json_t *const *finding, size_t shown,
                    size_t left, bool verbose)
{
    const char *help = assay_json_string(finding[0], "help", "");

    printer_add(printer, "  ");
    printer_wrap(printer, assay_json_string(finding[0], "message", ""), 2, 2);
    for (size_t i = 0; i < shown; i++)
        one_full(printer, finding[i], verbose);
    if (left)
        printer_add(printer, "  - and %zu more %s of this rule, shown when verbose\n", left,
                    left == 1 ? "finding" : "findings");
    if (help[0]) {
        printer_add(printer, "  Why, and the mend: ");
        printer_wrap(printer, help, 21, 2);
    }
}

/* The findings of one rule and severity from `from` on, however many messages it has. Returns how
 * many there are. */
static size_t one_rule(struct printer *printer, const struct report_group *group, size_t from,
                       bool verbose)
{
    size_t n = report_group_rule(group, from), told = 0;
    size_t shown = !verbose && n > FINDINGS_SHOWN ? FINDINGS_SHOWN : n;

    printer_add(printer, "\n");
    severity_and_rule(printer, group->finding[from]);
    if (n > 1)
        printer_add(printer, ", %zu findings", n);
    printer_add(printer, "\n");
    while (told < shown) {
        size_t run = report_group_run(group, from + told);

        run = run < shown - told ? run : shown - told;
        one_run(printer, group->finding + from + told, run, told + run == shown ? n - shown : 0,
                verbose);
        told += run;
    }
    return n;
}

void text_findings_full(struct printer *printer, const char *title,
                        const struct report_group *group, bool verbose)
{
    if (group->n == 0)
        return;
    title_line(printer, title, group->n);
    for (size_t i = 0; i < group->n;)
        i += one_rule(printer, group, i, verbose);
}

void text_findings_brief(struct printer *printer, const char *title,
                         const struct report_group *group, bool verbose)
{
    size_t shown = !verbose && group->n > LINES_SHOWN ? LINES_SHOWN : group->n;

    if (group->n == 0)
        return;
    title_line(printer, title, group->n);
    for (size_t i = 0; i < shown; i++) {
        const json_t *finding = group->finding[i];

        severity_and_rule(printer, finding);
        printer_add(printer, "\n");
        places(printer, finding, verbose);
        waiver(printer, finding, 4);
    }
    if (shown < group->n)
        printer_add(printer, "and %zu more\n", group->n - shown);
}
