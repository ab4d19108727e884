/* The address that the daemon listens on. */
#ifndef ASSAY_HTTP_ADDRESS_H
#define ASSAY_HTTP_ADDRESS_H

#include <assay/error.h>
#include <stddef.h>

/* Listens on `listen`, "HOST:PORT": HOST is a name, an IPv4 address or an IPv6 address in
 * brackets; port 0 takes any free one. Writes the socket (the caller owns it) and the URL with
 * the real port, "http://127.0.0.1:8420". Returns 0; -EINVAL for another form; -EADDRINUSE,
 * -EACCES and the other errnos of bind(2), with the mend. */
int http_address_listen(const char *listen, int *ret_fd, char *ret_url, size_t url_size,
                        struct assay_error *err);

#endif
