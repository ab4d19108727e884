/* What the server's own files share. */
#ifndef ASSAY_HTTP_SERVER_H
#define ASSAY_HTTP_SERVER_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdint.h>

#include "app.h"
#include "waiters.h"

struct http {
    struct app *app;
    struct MHD_Daemon *daemon;
    struct waiters *waiters;
    uint64_t started;           /* milliseconds of the monotonic clock */
    atomic_uint streams;        /* of events, that are open; see events.h */
    atomic_uint active;         /* requests that have begun and not been completed */
    atomic_ullong answers[5];   /* completed, by class: 1xx to 5xx */
    atomic_ullong bytes_served; /* content of the answers that reached their end */
    atomic_ullong downloads;    /* answers from /r/ that did */
};

/* MHD's callbacks; `cls` is the struct http. dispatch_uri() makes the struct request, which
 * dispatch_completed() frees. */
void *dispatch_uri(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **context);
void dispatch_completed(void *cls, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code);

#endif
