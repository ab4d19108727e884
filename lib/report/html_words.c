#include "report/html_words.h"

#include <string.h>

#define PATH_MAX_SHOWN 400 /* bytes of a path; a longer one keeps this many at its ends: */
#define PATH_START 120
#define PATH_END 240

void html_count(struct printer *printer, int64_t n, const char *one, const char *many)
{
    char count[PRINTER_COUNT];

    printer_add(printer, "%s %s", printer_count(n, count), n == 1 ? one : many);
}

/* The first place at or after `at` where a character begins. */
static size_t border(const char *text, size_t at)
{
    while (((unsigned char)text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* Where the last part of a path begins. */
static size_t last_part(const char *path)
{
    size_t at = strlen(path);

    while (at > 0 && path[at - 1] != '/' && path[at - 1] != '!')
        at--;
    return at;
}

void html_path(struct printer *printer, const char *path)
{
    size_t len = strlen(path), name = last_part(path), start, end;

    printer_add(printer, "<span class=\"where\">");
    if (!path[0])
        printer_add(printer, "(the artifact itself)");
    if (len > PATH_MAX_SHOWN) {
        start = border(path, PATH_START);
        end = border(path, len - PATH_END);
        printer_foreign_part(printer, path, start);
        printer_add(printer, " <span class=\"dir\">[%zu bytes left out]</span> ", end - start);
        printer_foreign(printer, path + end);
    } else {
        printer_add(printer, "<span class=\"dir\">");
        printer_foreign_part(printer, path, name);
        printer_add(printer, "</span>");
        printer_foreign(printer, path + name);
    }
    printer_add(printer, "</span>");
}

void html_severity(struct printer *printer, const json_t *finding)
{
    static const char *const known[] = {"critical", "high", "medium", "low", "info"};
    const char *severity = assay_json_string(finding, "severity", "info");
    size_t i = 0;

    while (i < 4 && strcmp(known[i], severity) != 0)
        i++;
    printer_add(printer, "<span class=\"badge %s\">%s</span>", known[i], known[i]);
}

void html_fact(struct printer *printer, const char *label, const char *text, bool mono)
{
    printer_add(printer, "<dt>%s</dt><dd%s>", label, mono ? " class=\"mono\"" : "");
    printer_foreign(printer, text);
    printer_add(printer, "</dd>\n");
}
