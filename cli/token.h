/* The token that says to the server who asks. */
#ifndef ASSAY_CLI_TOKEN_H
#define ASSAY_CLI_TOKEN_H

#include "cli.h"

/* Sets cli->token from the first of these that is there: --token, --token-file, ASSAY_TOKEN, the
 * file "token" in the configuration folder. None is no error. A file that others can read, and
 * what cannot be a token, is CLI_USAGE. */
int token_find(struct cli *cli);

#endif
