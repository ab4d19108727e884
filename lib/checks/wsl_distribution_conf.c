/* A WSL image (it has an /etc/wsl.conf) needs /etc/wsl-distribution.conf to be installed by a
 * double-click or `wsl --install --from-file`: Microsoft's validate-modern.py makes it an error. */
#include <stdlib.h>
#include <string.h>

#include "checks/check.h"

#define ROOTS_MAX                                                                   \
    32 /* systems in one artifact that are told apart; further ones are not checked \
        */
#define CONTAINER_MAX 256

struct root {
    char container[CONTAINER_MAX];
    bool wsl, distribution;
};

struct state {
    struct root root[ROOTS_MAX];
    size_t n;
};

static struct root *find_root(struct state *state, const char *container)
{
    size_t len = check_root_len(container);
    struct root *root;

    for (size_t i = 0; i < state->n; i++)
        if (strlen(state->root[i].container) == len &&
            memcmp(state->root[i].container, container, len) == 0)
            return &state->root[i];
    if (state->n == ROOTS_MAX || len >= CONTAINER_MAX)
        return NULL;
    root = &state->root[state->n++];
    memcpy(root->container, container, len);
    root->container[len] = 0;
    return root;
}

static int entry(struct check_run *run, const struct entry *entry)
{
    bool wsl = strcmp(entry->path, "etc/wsl.conf") == 0;
    bool distribution = strcmp(entry->path, "etc/wsl-distribution.conf") == 0;
    struct root *root;

    if ((!wsl && !distribution) || !check_in_system_root(entry))
        return 0;
    root = find_root(run->state, entry->container);
    if (!root) {
        const struct check_content content = {.entry = entry};

        return check_report_unread(run, &content, "budget",
                                   "The artifact holds more systems than the checks tell apart.");
    }
    root->wsl |= wsl;
    root->distribution |= distribution;
    return 0;
}

static int finish(struct check_run *run)
{
    const struct state *state = run->state;

    for (size_t i = 0; i < state->n; i++) {
        const struct root *root = &state->root[i];
        int r = 0;

        if (root->wsl && !root->distribution)
            r = check_report_path(run, root->container, "etc/wsl-distribution.conf");
        if (r < 0)
            return r;
    }
    return 0;
}

const struct check check_wsl_distribution_conf = {
    .id = "wsl.distribution-conf",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "No wsl-distribution.conf",
    .message = "The image has an /etc/wsl.conf but no /etc/wsl-distribution.conf.",
    .help = "Without it Windows does not take the image for a distribution: a double-click and "
            "wsl --install --from-file have no name to install it under. Add the file with "
            "[oobe] defaultName at least (NixOS-WSL's tarball builder writes one).",
    .entry = entry,
    .finish = finish,
    .state_size = sizeof(struct state),
};
