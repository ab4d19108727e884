#include "report/text_coverage.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

#define FORMATS_SHOWN 8
#define PLACES_SHOWN 5
#define REASONS_MAX 16
#define INDENT 2
#define LINE_MAX_BYTES ((size_t)1 << 20)

/* A line as it is put together, foreign text as it is: it is made printable where it is wrapped. */
struct line {
    struct assay_buf text;
    struct printer printer;
};

static void line_begin(struct line *line)
{
    line->text = ASSAY_BUF(LINE_MAX_BYTES);
    line->printer = (struct printer){.buf = &line->text};
}

static void line_end(struct line *line, struct printer *printer)
{
    printer_add(printer, "%*s", INDENT, "");
    printer_wrap(printer, assay_buf_str(&line->text), INDENT, 2 * INDENT);
    if (printer->error == 0)
        printer->error = line->printer.error;
    assay_buf_free(&line->text);
}

static void plural(struct printer *printer, int64_t n, const char *one, const char *many)
{
    char count[PRINTER_COUNT];

    printer_add(printer, "%s %s", printer_count(n, count), n == 1 ? one : many);
}

/* "read 1.8 GiB in 61,204 entries; everything was read" */
static void totals(struct printer *printer, const json_t *coverage, int64_t unread)
{
    struct line line;

    line_begin(&line);
    printer_add(&line.printer, "read ");
    printer_size(&line.printer, assay_json_int(coverage, "bytes", 0));
    printer_add(&line.printer, " in ");
    plural(&line.printer, assay_json_int(coverage, "entries", 0), "entry", "entries");
    printer_add(&line.printer, unread ? "; not everything was read" : "; everything was read");
    line_end(&line, printer);
}

/* What of it no file shows. */
static void holders(struct printer *printer, const json_t *in)
{
    struct line line;

    line_begin(&line);
    for (size_t i = 0; i < WORDS_HOLDERS; i++) {
        int64_t bytes = assay_json_int(json_object_get(in, words_holder_name(i)), "bytes", 0);

        if (!bytes)
            continue;
        printer_add(&line.printer, line.text.len ? "; " : "of that ");
        printer_size(&line.printer, bytes);
        printer_add(&line.printer, " of %s", words_holder_held(i));
    }
    if (line.text.len)
        line_end(&line, printer);
    assay_buf_free(&line.text);
}

static void formats(struct printer *printer, const json_t *coverage, bool verbose)
{
    const json_t *rows[WORDS_FORMATS_MAX];
    size_t n = words_formats(coverage, rows);
    size_t shown = verbose || n <= FORMATS_SHOWN + 1 ? n : FORMATS_SHOWN;
    char containers[PRINTER_COUNT], entries[PRINTER_COUNT];

    if (n)
        printer_add(printer, "  %10s %12s  %s\n", "containers", "entries", "format, and bytes");
    for (size_t i = 0; i < shown; i++) {
        printer_add(printer, "  %10s %12s  ",
                    printer_count(assay_json_int(rows[i], "containers", 0), containers),
                    printer_count(assay_json_int(rows[i], "entries", 0), entries));
        printer_foreign(printer, assay_json_string(rows[i], "format", "?"));
        printer_add(printer, ", ");
        printer_size(printer, assay_json_int(rows[i], "bytes", 0));
        printer_add(printer, "\n");
    }
    if (shown < n)
        printer_add(printer, "  and %zu more formats, shown when verbose\n", n - shown);
}

/* "only raw bytes of p3 (btrfs, 120.0 MiB), p4 (LUKS, 3.0 GiB)" */
static void raw_places(struct printer *printer, const json_t *coverage, bool verbose)
{
    const json_t *raw = json_object_get(coverage, "raw"), *place;
    size_t n = json_array_size(raw), shown = verbose || n <= PLACES_SHOWN ? n : PLACES_SHOWN, i;
    int64_t more = (int64_t)(n - shown) + assay_json_int(coverage, "raw_more", 0);
    struct line line;

    if (!n)
        return;
    line_begin(&line);
    json_array_foreach(raw, i, place)
    {
        const char *where = assay_json_string(place, "where", "");

        if (i == shown)
            break;
        printer_add(&line.printer, "%s%s (%s, ", i ? ", " : "only raw bytes of ",
                    *where ? where : "the artifact itself",
                    assay_json_string(place, "format", "?"));
        printer_size(&line.printer, assay_json_int(place, "bytes", 0));
        printer_add(&line.printer, ")");
    }
    if (more)
        printer_add(&line.printer, " and %" PRId64 " more", more);
    line_end(&line, printer);
}

/* "5 places not read in full: 4 corrupt, 1 budget" */
static void unread_reasons(struct printer *printer, const json_t *coverage, int64_t unread)
{
    const json_t *place;
    int64_t listed = 0;
    struct {
        const char *reason;
        int64_t n;
    } rows[REASONS_MAX];
    struct line line;
    size_t n = 0, i, k;

    json_array_foreach(json_object_get(coverage, "unread"), i, place)
    {
        const char *reason = assay_json_string(place, "reason", "?");

        for (k = 0; k < n && strcmp(rows[k].reason, reason) != 0; k++)
            ;
        if (k == REASONS_MAX)
            continue;
        rows[k].reason = reason;
        rows[k].n = k < n ? rows[k].n + 1 : 1;
        n = k < n ? n : n + 1;
        listed++;
    }
    line_begin(&line);
    plural(&line.printer, unread, "place", "places");
    printer_add(&line.printer, " not read in full");
    for (k = 0; k < n; k++)
        printer_add(&line.printer, "%s%" PRId64 " %s", k ? ", " : ": ", rows[k].n, rows[k].reason);
    if (n && unread > listed)
        printer_add(&line.printer, ", %" PRId64 " not listed", unread - listed);
    line_end(&line, printer);
}

void text_coverage(struct printer *printer, const json_t *coverage, bool verbose)
{
    int64_t unread = (int64_t)json_array_size(json_object_get(coverage, "unread")) +
                     assay_json_int(coverage, "unread_more", 0);

    printer_colour(printer, PRINTER_BOLD);
    printer_add(printer, "\nCoverage");
    printer_colour(printer, PRINTER_PLAIN);
    printer_add(printer, "\n");
    totals(printer, coverage, unread);
    holders(printer, json_object_get(coverage, "in"));
    formats(printer, coverage, verbose);
    raw_places(printer, coverage, verbose);
    if (unread)
        unread_reasons(printer, coverage, unread);
}
