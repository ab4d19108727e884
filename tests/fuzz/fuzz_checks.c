/* The system checks on any content: the first byte says as which file it is shown, and whether all
 * of it was collected. */
#include <stdlib.h>

#include "checks/checks.h"
#include "fuzz.h"

static const char *const paths[] = {
    "etc/machine-id",
    "etc/ssh/ssh_host_ed25519_key",
    "etc/shadow",
    "etc/resolv.conf",
    "root/.bash_history",
    "nix/store/0123456789abcdfghijklmnpqrsvwxyz-users-groups.json",
    "nix/store/.links/1b9p07z77phvv2hf6gm9f28syp39f1ag5w0i2aqg6lwdf5p1l2h6",
    "home/mira/.nix-channels",
    "etc/wsl.conf",
    "etc/wsl-distribution.conf",
    "etc/passwd",
    "bin/sh",
    "etc/sudoers",
    "root/.ssh/authorized_keys",
    "etc/ssl/certs/ca-certificates.crt",
    "etc/nix/nix.conf",
    "etc/systemd/system/a.service",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[FINDING_KEY_SIZE] = {1};
    struct findings *findings = findings_new(key);
    struct checks *checks = NULL;
    const struct checks_job job = {.today = "2026-11-21"};
    struct entry entry = {.container = "", .type = ENTRY_FILE};
    uint64_t dropped;
    json_t *list;

    if (!findings || size < 1 || checks_new(&job, findings, &checks, NULL) < 0) {
        findings_free(findings);
        return 0;
    }
    entry.path = paths[data[0] % (sizeof(paths) / sizeof(paths[0]))];
    if (checks_entry(checks, &entry) < 1 ||
        checks_content(checks, &entry, data + 1, size - 1, !(data[0] & 0x80)) < 0 ||
        checks_finish(checks) < 0)
        abort();
    list = findings_json(findings, &dropped);
    if (!list)
        abort();
    json_decref(list);
    checks_free(checks);
    findings_free(findings);
    return 0;
}
