#include "http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <assay/cleanup.h>
#include <assay/clock.h>

#include "address.h"
#include "server.h"

/* More threads than this serve no more requests on the machines this runs on: sendfile and poll
 * wait for the network, not the threads. */
#define THREADS 2u
/* Two descriptors each while a file is sent: together below the usual limit of 1024. */
#define CONNECTIONS 384u
/* Above the most long polls and event streams, as behind a proxy all clients have one address. */
#define CONNECTIONS_PER_ADDRESS 256u
#define IDLE_SECONDS 60u
#define CONNECTION_MEMORY ((size_t)32 << 10) /* bytes: request line, headers, answer's headers */
/* For the answers to those who waited to be written when the daemon stops. */
#define STOP_MS 2000u

/* poll(2), not epoll(7): with epoll's edges libmicrohttpd 0.9.75 misses the end of a connection
 * that comes with its last bytes, and keeps it until it has been idle for IDLE_SECONDS. With no
 * more connections than these the one is as fast as the other. */
static struct MHD_Daemon *start_daemon(struct http *http, int fd)
{
    return MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, dispatch_request,
        http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, THREADS,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, dispatch_uri, http, MHD_OPTION_NOTIFY_COMPLETED,
        dispatch_completed, http, MHD_OPTION_END);
}

int http_start(struct app *app, struct http **ret, struct assay_error *err)
{
    _cleanup_close_ int fd = -1;
    struct http *http;
    int r;

    r = http_address_listen(app->config->listen, &fd, app->address, sizeof(app->address), err);
    if (r < 0)
        return r;
    http = calloc(1, sizeof(*http));
    if (!http)
        return assay_error_set(err, ENOMEM, "out of memory");
    http->app = app;
    http->started = assay_clock_ms();
    r = waiters_start(&http->waiters, err);
    if (r < 0) {
        free(http);
        return r;
    }
    /* MHD owns the socket from here on, also when it fails. */
    http->daemon = start_daemon(http, assay_take_fd(&fd));
    if (!http->daemon) {
        waiters_stop(http->waiters);
        free(http);
        return assay_error_set(err, EIO,
                               "cannot start the HTTP server on %s: its library gave "
                               "up; look for limits on threads, memory and open files",
                               app->address);
    }
    store_on_change(app->store, waiters_wake, http->waiters);
    *ret = http;
    return 0;
}

/* Those who waited have been woken; this gives their answers time to leave. */
static void drain(struct http *http)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    uint64_t until = assay_clock_ms() + STOP_MS;

    while (atomic_load(&http->active) > 0 && assay_clock_ms() < until)
        nanosleep(&pause, NULL);
}

struct http *http_stop(struct http *http)
{
    MHD_socket listening;

    if (!http)
        return NULL;
    store_on_change(http->app->store, NULL, NULL);
    listening = MHD_quiesce_daemon(http->daemon);
    waiters_release(http->waiters);
    drain(http);
    MHD_stop_daemon(http->daemon);
    if (listening != MHD_INVALID_SOCKET)
        close(listening);
    waiters_stop(http->waiters);
    free(http);
    return NULL;
}
