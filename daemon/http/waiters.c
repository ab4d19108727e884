#include "waiters.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <assay/cleanup.h>
#include <assay/clock.h>

struct waiters {
    pthread_mutex_t lock; /* guards all below and every struct waiter */
    pthread_t thread;
    struct waiter *first;
    unsigned counts[WAITER_KINDS];
    uint64_t serial;
    int event; /* eventfd: the list or `ending` has changed */
    bool released, ending;
};

#define WAITERS_ALL (WAITERS_MAX + WAITERS_STREAMS_MAX)

static const unsigned maxima[WAITER_KINDS] = {WAITERS_MAX, WAITERS_STREAMS_MAX};

/* What the watching thread looks at in one round, copied under the lock. */
struct watch {
    struct pollfd fds[WAITERS_ALL + 1]; /* the first is the eventfd */
    uint64_t serials[WAITERS_ALL + 1];
    nfds_t count;
    int timeout; /* milliseconds, -1 for ever */
};

static void nudge(const struct waiters *waiters)
{
    uint64_t one = 1;

    if (write(waiters->event, &one, sizeof(one)) < 0)
        return; /* full: the thread has been told already */
}

static void unlink_waiter(struct waiters *waiters, struct waiter *waiter)
{
    if (waiter->previous)
        waiter->previous->next = waiter->next;
    else
        waiters->first = waiter->next;
    if (waiter->next)
        waiter->next->previous = waiter->previous;
    waiter->enlisted = false;
    waiters->counts[waiter->kind]--;
}

/* One that is suspended is resumed and leaves the list; one that is about to be is told not to. */
static void wake(struct waiters *waiters, struct waiter *waiter)
{
    waiter->woken = true;
    if (!waiter->suspended)
        return;
    waiter->suspended = false;
    unlink_waiter(waiters, waiter);
    MHD_resume_connection(waiter->connection);
}

static void watch_prepare(struct waiters *waiters, struct watch *watch)
{
    uint64_t now = assay_clock_ms(), nearest = UINT64_MAX;

    watch->count = 1;
    watch->fds[0] = (struct pollfd){.fd = waiters->event, .events = POLLIN};
    for (struct waiter *w = waiters->first; w; w = w->next) {
        const union MHD_ConnectionInfo *info;

        if (!w->suspended)
            continue;
        if (w->deadline < nearest)
            nearest = w->deadline;
        info = MHD_get_connection_info(w->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        watch->serials[watch->count] = w->serial;
        /* MHD does not look at a suspended connection, so that a client that left shows here. */
        watch->fds[watch->count++] =
            (struct pollfd){.fd = info ? info->connect_fd : -1, .events = POLLRDHUP};
    }
    if (nearest == UINT64_MAX)
        watch->timeout = -1;
    else
        watch->timeout = nearest > now ? (int)(nearest - now) : 0;
}

/* Connections that were resumed since are told apart by their serial: their descriptor may be
 * another client's by now. */
static bool has_left(const struct watch *watch, const struct waiter *waiter)
{
    for (nfds_t i = 1; i < watch->count; i++)
        if (watch->serials[i] == waiter->serial)
            return watch->fds[i].revents != 0;
    return false;
}

static void *watch_thread(void *argument)
{
    struct waiters *waiters = argument;
    struct watch watch;
    bool ending = false;

    pthread_mutex_lock(&waiters->lock);
    while (!ending) {
        uint64_t now, drained;
        int ready;

        watch_prepare(waiters, &watch);
        pthread_mutex_unlock(&waiters->lock);
        ready = poll(watch.fds, watch.count, watch.timeout);
        if (ready > 0 && watch.fds[0].revents &&
            read(waiters->event, &drained, sizeof(drained)) < 0)
            ready = 0; /* somebody else's wake-up has been taken: look again all the same */
        pthread_mutex_lock(&waiters->lock);
        now = assay_clock_ms();
        for (struct waiter *w = waiters->first, *next; w; w = next) {
            next = w->next;
            if (!w->suspended)
                continue;
            w->left = ready > 0 && has_left(&watch, w);
            if (w->left || w->deadline <= now)
                wake(waiters, w);
        }
        ending = waiters->ending;
    }
    pthread_mutex_unlock(&waiters->lock);
    return NULL;
}

int waiters_start(struct waiters **ret, struct assay_error *err)
{
    struct waiters *waiters = calloc(1, sizeof(*waiters));
    int r;

    if (!waiters)
        return assay_error_set(err, ENOMEM, "out of memory");
    waiters->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r = waiters->event < 0 ? errno : pthread_mutex_init(&waiters->lock, NULL);
    if (r == 0) {
        r = pthread_create(&waiters->thread, NULL, watch_thread, waiters);
        if (r != 0)
            pthread_mutex_destroy(&waiters->lock);
    }
    if (r != 0) {
        if (waiters->event >= 0)
            close(waiters->event);
        free(waiters);
        return assay_error_set(err, r, "cannot start the long polls' thread: %s", strerror(r));
    }
    *ret = waiters;
    return 0;
}

void waiters_release(struct waiters *waiters)
{
    pthread_mutex_lock(&waiters->lock);
    waiters->released = true;
    for (struct waiter *w = waiters->first, *next; w; w = next) {
        next = w->next;
        wake(waiters, w);
    }
    pthread_mutex_unlock(&waiters->lock);
}

struct waiters *waiters_stop(struct waiters *waiters)
{
    if (!waiters)
        return NULL;
    pthread_mutex_lock(&waiters->lock);
    waiters->ending = true;
    pthread_mutex_unlock(&waiters->lock);
    nudge(waiters);
    pthread_join(waiters->thread, NULL);
    close(waiters->event);
    pthread_mutex_destroy(&waiters->lock);
    free(waiters);
    return NULL;
}

int waiters_enlist(struct waiters *waiters, struct waiter *waiter, enum waiter_kind kind,
                   struct MHD_Connection *connection, int64_t build, uint64_t ms)
{
    int r = -EBUSY;

    pthread_mutex_lock(&waiters->lock);
    if (!waiters->released && waiters->counts[kind] < maxima[kind]) {
        *waiter = (struct waiter){.connection = connection,
                                  .kind = kind,
                                  .build = build,
                                  .deadline = assay_clock_ms() + ms,
                                  .serial = ++waiters->serial,
                                  .enlisted = true,
                                  .next = waiters->first};
        if (waiter->next)
            waiter->next->previous = waiter;
        waiters->first = waiter;
        waiters->counts[kind]++;
        r = 0;
    }
    pthread_mutex_unlock(&waiters->lock);
    return r;
}

bool waiters_suspend(struct waiters *waiters, struct waiter *waiter)
{
    bool suspend;

    pthread_mutex_lock(&waiters->lock);
    suspend = !waiter->woken;
    waiter->waited = true;
    if (suspend) {
        waiter->suspended = true;
        /* Under the lock, so that nobody resumes it before it is suspended. */
        MHD_suspend_connection(waiter->connection);
    } else {
        unlink_waiter(waiters, waiter);
    }
    pthread_mutex_unlock(&waiters->lock);
    if (suspend)
        nudge(waiters);
    return suspend;
}

void waiters_leave(struct waiters *waiters, struct waiter *waiter)
{
    pthread_mutex_lock(&waiters->lock);
    if (waiter->enlisted)
        unlink_waiter(waiters, waiter);
    pthread_mutex_unlock(&waiters->lock);
}

void waiters_wake(void *ctx, int64_t build)
{
    struct waiters *waiters = ctx;

    pthread_mutex_lock(&waiters->lock);
    for (struct waiter *w = waiters->first, *next; w; w = next) {
        next = w->next;
        if (w->build == build)
            wake(waiters, w);
    }
    pthread_mutex_unlock(&waiters->lock);
}

unsigned waiters_count(struct waiters *waiters, enum waiter_kind kind)
{
    unsigned count;

    pthread_mutex_lock(&waiters->lock);
    count = waiters->counts[kind];
    pthread_mutex_unlock(&waiters->lock);
    return count;
}
