/* What the commands that move releases have in common. */
#ifndef ASSAY_CLI_CHANNEL_H
#define ASSAY_CLI_CHANNEL_H

#include "cli.h"

/* The release that `what` names: a number, or TARGET[@CHANNEL|@VERSION]. The caller owns *ret. */
int channel_release(struct cli *cli, const char *what, json_t **ret);

/* Sends `body` (NULL: not UTF-8) for the channel and says to which release it points now. */
int channel_set(struct cli *cli, const char *target, const char *channel, const json_t *body);

#endif
