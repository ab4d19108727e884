/* What an open stream of a build's events remembers. */
#ifndef ASSAY_HTTP_EVENTS_H
#define ASSAY_HTTP_EVENTS_H

#include <assay/buf.h>
#include <stdbool.h>
#include <stdint.h>

struct http;

/* Stands in the request; all zeros where it is no stream. */
struct events {
    bool open; /* counts against WAITERS_STREAMS_MAX */
    bool last; /* the build has ended: nothing comes after what is in `out` */
    int64_t build;
    int64_t revision;     /* that the client has; 0: none */
    uint64_t told;        /* when something was written last, milliseconds of the monotonic clock */
    struct assay_buf out; /* what is being sent... */
    size_t sent;          /* ...and how many bytes of it are */
};

/* When the request is over: frees what it holds and its place. Fine when it is no stream. */
void events_close(struct http *http, struct events *events);

#endif
