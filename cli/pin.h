/* The key that a server signs with, remembered from its first use on. */
#ifndef ASSAY_CLI_PIN_H
#define ASSAY_CLI_PIN_H

#include "cli.h"
#include "evidence.h"

struct pin {
    struct assay_minisign_public key;
    char id[17];
    char *path; /* where it is pinned; NULL with --key; owned */
    bool first; /* not pinned yet: pin_keep() does it */
};

/* The key to verify with: the one in `key_path`, or the pinned one, or, where there is none, the
 * one that the server shows now. A server that shows another key than the pinned one is refused:
 * CLI_UNVERIFIED, with the mend. */
int pin_find(struct cli *cli, const char *key_path, struct pin *ret);

/* Pins a key seen for the first time, once something was verified with it, and says so. */
int pin_keep(struct cli *cli, const struct pin *pin);

void pin_free(struct pin *pin);

#define _cleanup_pin_ _cleanup_(pin_free)

#endif
