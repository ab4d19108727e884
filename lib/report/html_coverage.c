#include "report/html_coverage.h"

#include "report/html_words.h"
#include "report/words.h"

static void cell_count(struct printer *printer, const json_t *row, const char *key)
{
    char count[PRINTER_COUNT];

    printer_add(printer, "<td class=\"num\">%s</td>",
                printer_count(assay_json_int(row, key, 0), count));
}

static void cell_size(struct printer *printer, const json_t *row)
{
    printer_add(printer, "<td class=\"num\">");
    printer_size(printer, assay_json_int(row, "bytes", 0));
    printer_add(printer, "</td>");
}

static void cell_path(struct printer *printer, const json_t *row)
{
    printer_add(printer, "<td>");
    html_path(printer, assay_json_string(row, "where", ""));
    printer_add(printer, "</td>");
}

static void cell_text(struct printer *printer, const json_t *row, const char *key)
{
    printer_add(printer, "<td>");
    printer_foreign(printer, assay_json_string(row, key, ""));
    printer_add(printer, "</td>");
}

static void total(struct printer *printer, const json_t *coverage, int64_t unread)
{
    printer_add(printer, "<p>Read ");
    printer_size(printer, assay_json_int(coverage, "bytes", 0));
    printer_add(printer, " in ");
    html_count(printer, assay_json_int(coverage, "entries", 0), "entry", "entries");
    if (unread) {
        printer_add(printer, "; ");
        html_count(printer, unread, "place was not read in full", "places were not read in full");
        printer_add(printer, ".</p>\n");
    } else {
        printer_add(printer, ": everything was read.</p>\n");
    }
}

static void formats(struct printer *printer, const json_t *coverage)
{
    const json_t *rows[WORDS_FORMATS_MAX];
    size_t n = words_formats(coverage, rows);

    if (!n)
        return;
    printer_add(printer, "<h3>By format</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th "
                         "scope=\"col\">format</th><th scope=\"col\" class=\"num\">containers</th>"
                         "<th scope=\"col\" class=\"num\">entries</th><th scope=\"col\" "
                         "class=\"num\">content</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        printer_add(printer, "<tr>");
        cell_text(printer, rows[i], "format");
        cell_count(printer, rows[i], "containers");
        cell_count(printer, rows[i], "entries");
        cell_size(printer, rows[i]);
        printer_add(printer, "</tr>\n");
    }
    printer_add(printer, "</tbody></table></div>\n");
}

/* What of it no file shows. */
static void holders(struct printer *printer, const json_t *in)
{
    bool open = false;

    for (size_t i = 0; i < WORDS_HOLDERS; i++) {
        const json_t *amount = json_object_get(in, words_holder_name(i));

        if (assay_json_int(amount, "bytes", 0) <= 0)
            continue;
        if (!open)
            printer_add(printer, "<h3>Beside files</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
                                 "<th scope=\"col\">what holds it</th><th scope=\"col\" "
                                 "class=\"num\">entries</th><th scope=\"col\" class=\"num\">content"
                                 "</th></tr></thead>\n<tbody>\n");
        open = true;
        printer_add(printer, "<tr><td>%s</td>", words_holder_held(i));
        cell_count(printer, amount, "entries");
        cell_size(printer, amount);
        printer_add(printer, "</tr>\n");
    }
    if (open)
        printer_add(printer, "</tbody></table></div>\n");
}

static void more(struct printer *printer, int64_t n)
{
    if (n <= 0)
        return;
    printer_add(printer, "<p class=\"rest\">and ");
    html_count(printer, n, "more place", "more places");
    printer_add(printer, "</p>\n");
}

/* Places of which only the raw bytes were scanned. */
static void raw(struct printer *printer, const json_t *coverage, size_t limit)
{
    const json_t *list = json_object_get(coverage, "raw");
    size_t n = json_array_size(list), shown = n < limit ? n : limit;

    if (!n)
        return;
    printer_add(printer, "<h3>Only the raw bytes were scanned</h3>\n<div class=\"scroll\"><table>\n"
                         "<thead><tr><th scope=\"col\">where</th><th scope=\"col\">format</th><th "
                         "scope=\"col\" class=\"num\">size</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        const json_t *row = json_array_get(list, i);

        printer_add(printer, "<tr>");
        cell_path(printer, row);
        cell_text(printer, row, "format");
        cell_size(printer, row);
        printer_add(printer, "</tr>\n");
    }
    printer_add(printer, "</tbody></table></div>\n");
    more(printer, (int64_t)(n - shown) + assay_json_int(coverage, "raw_more", 0));
}

static void unread(struct printer *printer, const json_t *coverage, size_t limit)
{
    const json_t *list = json_object_get(coverage, "unread");
    size_t n = json_array_size(list), shown = n < limit ? n : limit;

    if (n)
        printer_add(printer, "<h3>Not read in full</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
                             "<th scope=\"col\">where</th><th scope=\"col\">why</th><th "
                             "scope=\"col\">in detail</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        const json_t *row = json_array_get(list, i);

        printer_add(printer, "<tr>");
        cell_path(printer, row);
        cell_text(printer, row, "reason");
        cell_text(printer, row, "detail");
        printer_add(printer, "</tr>\n");
    }
    if (n)
        printer_add(printer, "</tbody></table></div>\n");
    more(printer, (int64_t)(n - shown) + assay_json_int(coverage, "unread_more", 0));
}

static void store(struct printer *printer, const json_t *paths)
{
    char hashed[PRINTER_COUNT], trusted[PRINTER_COUNT];

    if (!paths)
        return;
    printer_add(printer, "<p>It holds ");
    html_count(printer, assay_json_int(paths, "paths", 0), "store path", "store paths");
    printer_add(printer,
                " of Nix: the hash of %s could be told, and %s are signed by a key that the "
                "policy trusts.</p>\n",
                printer_count(assay_json_int(paths, "hashed", 0), hashed),
                printer_count(assay_json_int(paths, "signed", 0), trusted));
}

void html_coverage(struct printer *printer, const json_t *coverage, size_t limit)
{
    int64_t missed = (int64_t)json_array_size(json_object_get(coverage, "unread")) +
                     assay_json_int(coverage, "unread_more", 0);

    printer_add(printer, "<section>\n<h2>What was read</h2>\n<div class=\"panel\">\n");
    total(printer, coverage, missed);
    store(printer, json_object_get(coverage, "store"));
    unread(printer, coverage, limit);
    raw(printer, coverage, limit);
    formats(printer, coverage);
    holders(printer, json_object_get(coverage, "in"));
    printer_add(printer, "</div>\n</section>\n");
}
