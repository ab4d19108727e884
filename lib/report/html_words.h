/* Pieces of the HTML page. The printers here have `markup` set: printer_add() takes our own markup,
 * printer_foreign() escapes. */
#ifndef ASSAY_REPORT_HTML_WORDS_H
#define ASSAY_REPORT_HTML_WORDS_H

#include <assay/json.h>

#include "report/printer.h"

/* "1,204 places" */
void html_count(struct printer *printer, int64_t n, const char *one, const char *many);

/* A path whose folders and containers step back behind its name; the middle of a very long one is
 * left out. "" is the artifact itself. */
void html_path(struct printer *printer, const char *path);

/* The severity as a badge; one that is not known looks like "info". */
void html_severity(struct printer *printer, const json_t *finding);

/* <dt>label</dt><dd>foreign text</dd>, `mono` for digests. */
void html_fact(struct printer *printer, const char *label, const char *text, bool mono);

#endif
