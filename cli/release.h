/* Releases by the names that people give them. */
#ifndef ASSAY_CLI_RELEASE_H
#define ASSAY_CLI_RELEASE_H

#include "cli.h"

#define RELEASE_CHANNEL "nightly" /* where a target is named alone */

/* Finds TARGET[@CHANNEL|@VERSION] on the server. The caller owns *ret, the release in the API's
 * shape. CLI_USAGE, saying how to list them, when there is none. */
int release_find(struct cli *cli, const char *what, json_t **ret);

#endif
