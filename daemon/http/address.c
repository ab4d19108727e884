#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <assay/cleanup.h>

/* Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn. */
#define BACKLOG 512

static int split(const char *text, char *host, size_t host_size, const char **ret_port,
                 struct assay_error *err)
{
    const char *colon = strrchr(text, ':'), *from = text;
    size_t len = colon ? (size_t)(colon - text) : 0;
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        from++;
        len -= 2;
    } else if (len > 0 && memchr(text, ':', len)) {
        return assay_error_set(err, EINVAL,
                               "listen \"%s\": an IPv6 address stands in brackets, e.g. "
                               "\"[::1]:8420\"",
                               text);
    }
    if (len == 0 || len >= host_size || digits == 0 || digits > 5 || colon[1 + digits] ||
        strtoul(colon + 1, NULL, 10) > 65535)
        return assay_error_set(err, EINVAL,
                               "listen \"%s\": write it as HOST:PORT, e.g. \"127.0.0.1:8420\" "
                               "(port 0 takes any free one)",
                               text);
    snprintf(host, host_size, "%.*s", (int)len, from);
    *ret_port = colon + 1;
    return 0;
}

static int open_socket(const struct addrinfo *info, int *ret)
{
    _cleanup_close_ int fd = -1;
    int on = 1;

    fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    /* Without it a restart would have to wait until the old connections have left TIME_WAIT. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return -errno;
    if (bind(fd, info->ai_addr, info->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
        return -errno;
    *ret = assay_take_fd(&fd);
    return 0;
}

static int socket_url(int fd, char *ret, size_t size)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[INET6_ADDRSTRLEN], port[8];

    if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        return -errno;
    if (getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -EINVAL;
    snprintf(ret, size, strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host, port);
    return 0;
}

static int listen_error(const char *text, int r, struct assay_error *err)
{
    const char *mend = "choose an address of this machine as \"listen\" in the configuration";

    if (r == -EADDRINUSE)
        mend = "another program listens there: stop it, or choose another port as \"listen\" in "
               "the configuration (0 takes any free one)";
    else if (r == -EACCES)
        mend = "ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one as \"listen\"";
    return assay_error_set(err, -r, "cannot listen on %s: %s; %s", text, strerror(-r), mend);
}

int http_address_listen(const char *text, int *ret_fd, char *ret_url, size_t url_size,
                        struct assay_error *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    _cleanup_close_ int fd = -1;
    char host[256];
    const char *port = NULL;
    int r;

    r = split(text, host, sizeof(host), &port, err);
    if (r < 0)
        return r;
    r = getaddrinfo(host, port, &hints, &found);
    if (r != 0)
        return assay_error_set(err, EINVAL,
                               "listen \"%s\": host \"%s\": %s; give an address of "
                               "this machine",
                               text, host, gai_strerror(r));
    r = open_socket(found, &fd);
    freeaddrinfo(found);
    if (r == 0)
        r = socket_url(fd, ret_url, url_size);
    if (r < 0)
        return listen_error(text, r, err);
    *ret_fd = assay_take_fd(&fd);
    return 0;
}
