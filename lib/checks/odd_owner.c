/* Owners without an account: uids of the build host, of build users, of a user namespace. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

#define OWNERS_MAX 64 /* different ones kept; there are few in any sound image */

struct state {
    struct {
        char container[128], path[384]; /* the first that it owns */
        int64_t uid;
        uint64_t n;
    } owner[OWNERS_MAX];
    size_t n;
};

static int entry(struct check_run *run, const struct entry *entry)
{
    struct state *state = run->state;
    size_t len = check_root_len(entry->container);

    if (entry->uid <= 0 || entry->in != ENTRY_IN_FILE || len >= sizeof(state->owner[0].container) ||
        !check_in_system_root(entry))
        return 0;
    for (size_t i = 0; i < state->n; i++) {
        if (state->owner[i].uid == entry->uid && strlen(state->owner[i].container) == len &&
            memcmp(state->owner[i].container, entry->container, len) == 0) {
            state->owner[i].n++;
            return 0;
        }
    }
    if (state->n == OWNERS_MAX)
        return 0;
    memcpy(state->owner[state->n].container, entry->container, len);
    snprintf(state->owner[state->n].path, sizeof(state->owner[0].path), "%s", entry->path);
    state->owner[state->n].uid = entry->uid;
    state->owner[state->n++].n = 1;
    return 0;
}

static int system_(struct check_run *run, const struct check_system *system)
{
    const struct state *state = run->state;
    const struct system_node *node;
    char value[32];
    int r = 0;

    if (system_find(system, "etc/passwd", &node, NULL) != SYSTEM_FOUND || !node->content ||
        !node->whole || node->len == 0)
        return 0;
    for (size_t i = 0; r == 0 && i < state->n; i++) {
        int64_t uid = state->owner[i].uid;

        if (strcmp(state->owner[i].container, system->container) != 0 ||
            system_has_user(system, NULL, uid))
            continue;
        snprintf(value, sizeof(value), "%" PRId64, uid);
        r = system_report(run, system, state->owner[i].path, value,
                          "%" PRIu64 " files belong to the uid %" PRId64 ", which no account has.",
                          state->owner[i].n, uid);
    }
    return r;
}

const struct check check_odd_owner = {
    .id = "hygiene.odd-owner",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Files of an owner without an account",
    .message = "Files belong to a uid that no account has.",
    .help = "They are likely the build host's user's; whoever gets that uid next owns them. Pack "
            "the tree as root, and give files their owners (tar --owner, chown).",
    .entry = entry,
    .system = system_,
    .state_size = sizeof(struct state),
};
