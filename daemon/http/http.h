/* The HTTP API and the downloads, by libmicrohttpd. A resource is one file in this folder; a route
 * is one row in the table in routes.c. */
#ifndef ASSAY_HTTP_HTTP_H
#define ASSAY_HTTP_HTTP_H

#include <assay/error.h>

#include "app.h"

struct http;

/* Listens on app->config->listen and serves; writes app->address. -EADDRINUSE names the address
 * and the mend. */
int http_start(struct app *app, struct http **ret, struct assay_error *err);

/* Answers those who wait, then closes. */
struct http *http_stop(struct http *http);

#endif
