/* Extended attributes of security modules that WSL's kernel does not have. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

struct state {
    uint64_t n;
    char first[512];
};

static bool has_one(const struct entry *entry)
{
    static const char *const names[] = {"security.selinux", "security.ima", "security.evm"};

    for (size_t i = 0; i < entry->n_xattrs; i++)
        for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
            if (strcmp(entry->xattrs[i].name, names[j]) == 0)
                return true;
    return false;
}

static int entry(struct check_run *run, const struct entry *entry)
{
    struct state *state = run->state;

    /* Only an image that is one tree, as WSL's are. */
    if (entry->n_xattrs == 0 || entry->container[0] || !has_one(entry))
        return 0;
    if (state->n++ == 0)
        snprintf(state->first, sizeof(state->first), "%s", entry->path);
    return 0;
}

static int system_(struct check_run *run, const struct check_system *system)
{
    const struct state *state = run->state;

    if (state->n == 0 || system->container[0])
        return 0;
    return system_report(run, system, state->first, NULL,
                         "Attributes of SELinux, IMA or EVM are on %" PRIu64 " files.", state->n);
}

const struct check check_wsl_xattrs = {
    .id = "wsl.xattrs",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Attributes of SELinux, IMA or EVM",
    .message = "Files carry extended attributes of security modules that WSL does not have.",
    .help = "Microsoft's validator warns of them; they are the build host's. Pack the tree with "
            "tar --no-selinux, or --xattrs-exclude='security.*' with security.capability included.",
    .entry = entry,
    .system = system_,
    .state_size = sizeof(struct state),
};
