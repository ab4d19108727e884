/* Servers' addresses. */
#ifndef ASSAY_CLI_ORIGIN_H
#define ASSAY_CLI_ORIGIN_H

#include <stdbool.h>

#include "cli.h"

/* Whether two URLs have the same scheme, host and port (RFC 6454). */
bool origin_same(const char *a, const char *b);

/* The server's address has to be http or https with a host; CLI_USAGE when it is not. *ret_local
 * tells whether it is this machine, which no proxy of the environment is for. */
int origin_check(struct cli *cli, bool *ret_local);

#endif
