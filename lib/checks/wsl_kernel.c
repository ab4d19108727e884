/* Kernels, initial RAM disks and their modules: WSL boots its own. */
#include <string.h>

#include "checks/system.h"

#define FOUND_MAX 16

/* Whether the image is for WSL is known at the end only: the first of them are kept. */
struct state {
    struct {
        char container[256], path[512];
    } found[FOUND_MAX];
    size_t n;
};

static bool is_kernel(const char *path)
{
    static const char *const globs[] = {
        "boot/vmlinuz*",
        "boot/vmlinux*",
        "boot/initrd*",
        "boot/initramfs*",
        "boot/*/vmlinuz*",
        "boot/kernels/*",
        "boot/EFI/nixos/*",
        "boot/EFI/Linux/*",
        "nix/store/*-linux-*/bzImage",
        "nix/store/*-linux-*/Image",
        "nix/store/*-initrd-*/initrd",
        "vmlinuz",
        "initrd.img",
        "usr/lib/modules/*/vmlinuz",
        "nix/store/*/kernel",
    };

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], path))
            return true;
    return false;
}

static int entry(struct check_run *run, const struct entry *entry)
{
    struct state *state = run->state;

    if (entry->type != ENTRY_FILE || entry->in != ENTRY_IN_FILE || entry->size == 0 ||
        state->n == FOUND_MAX || strlen(entry->path) >= sizeof(state->found[0].path) ||
        strlen(entry->container) >= sizeof(state->found[0].container) || !is_kernel(entry->path) ||
        !check_in_system_root(entry))
        return 0;
    strcpy(state->found[state->n].container, entry->container);
    strcpy(state->found[state->n++].path, entry->path);
    return 0;
}

static int system_(struct check_run *run, const struct check_system *system)
{
    const struct state *state = run->state;
    int r = 0;

    for (size_t i = 0; r == 0 && i < state->n; i++) {
        const char *container = state->found[i].container;

        if (check_root_len(container) == strlen(system->container) &&
            strncmp(container, system->container, strlen(system->container)) == 0)
            r = check_report_path(run, container, state->found[i].path);
    }
    return r;
}

const struct check check_wsl_kernel = {
    .id = "wsl.kernel",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "Kernel or initramfs in a WSL image",
    .message = "The image carries a kernel or an initial RAM disk, which WSL never starts.",
    .help = "It is dead weight, and an initramfs can hold keys. Set boot.kernel.enable = false and "
            "boot.initrd.enable = false (NixOS-WSL does), or remove the kernel's packages.",
    .entry = entry,
    .system = system_,
    .state_size = sizeof(struct state),
};
