/* Long polls and event streams: connections that are suspended until their build changes, their
 * time is up, their client has left or the daemon stops. */
#ifndef ASSAY_HTTP_WAITERS_H
#define ASSAY_HTTP_WAITERS_H

#include <assay/error.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* Most long polls, and most event streams, at a time; suspended connections count against the
 * server's limits, so that these have to stay well below them. */
#define WAITERS_MAX 128
#define WAITERS_STREAMS_MAX 64

enum waiter_kind { WAITER_POLL, WAITER_STREAM, WAITER_KINDS };

struct waiters;

/* Stands in the request; only this module writes it. */
struct waiter {
    struct waiter *next, *previous;
    struct MHD_Connection *connection;
    enum waiter_kind kind;
    int64_t build;
    uint64_t deadline; /* milliseconds of the monotonic clock */
    uint64_t serial;   /* which enlisting this is, as connections come and go */
    bool enlisted, suspended, woken;
    bool waited; /* was suspended once: a long poll is to be answered now, whatever the state */
    bool left;   /* the client has hung up */
};

/* Starts the thread that watches deadlines and clients that leave. */
int waiters_start(struct waiters **ret, struct assay_error *err);

/* Answers all and refuses new ones from now on. The daemon has to run still. */
void waiters_release(struct waiters *waiters);

/* Ends the thread. waiters_release() and MHD_stop_daemon() come first. NULL is fine. */
struct waiters *waiters_stop(struct waiters *waiters);

/* First step of a wait, before the build's state is read, so that no change falls between reading
 * and waiting. `build` 0: no change ends it; `ms`: milliseconds to wait at most. Returns 0, or
 * -EBUSY when too many of this kind wait or the daemon stops. */
int waiters_enlist(struct waiters *waiters, struct waiter *waiter, enum waiter_kind kind,
                   struct MHD_Connection *connection, int64_t build, uint64_t ms);

/* Second step, where there is nothing to answer yet: suspends the connection, whose handler (or
 * reader of content) is called again later. Returns false (and the waiter is off the list) where
 * the build has changed since it was enlisted. */
bool waiters_suspend(struct waiters *waiters, struct waiter *waiter);

/* Off the list; fine when it is not on it. */
void waiters_leave(struct waiters *waiters, struct waiter *waiter);

/* A build has changed: a store_on_change() callback, `ctx` is the struct waiters. */
void waiters_wake(void *ctx, int64_t build);

/* How many of this kind wait now. */
unsigned waiters_count(struct waiters *waiters, enum waiter_kind kind);

#endif
