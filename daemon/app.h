/* What the daemon's parts share: the configuration and the objects made from it at start. Nothing
 * else is global. */
#ifndef ASSAY_APP_H
#define ASSAY_APP_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/blobs.h"
#include "store/store.h"

/* The configuration as the daemon uses it, made from JSON that fits config.schema.json:
 * {
 *   "state_dir": "/var/lib/assay",        database, blobs, logs, fingerprint key, cache
 *   "work_dir":  "/var/cache/assay",      staging and temporary folders of builds
 *   "listen":    "127.0.0.1:8420",        port 0: any free one; printed and written to
 *                                         STATE_DIR/address
 *   "signing_key": "/etc/assay/minisign.key",
 *   "read":      "public" | "token",      default "token": whether reading needs one
 *   "concurrency": 1,                     builds at a time
 *   "tarball_runner": ["sudo", "-n"],     argv prefix; [] when assayd is root already
 *   "nix":       {"program": "nix", "options": {"substituters": "", "sandbox": "false"}},
 *   "audit":     {"memory_mib": 512, "allow_unsandboxed": false, "qemu_nbd": "/usr/bin/qemu-nbd"},
 *   "timeouts":  {"build_seconds": 14400, "assemble_seconds": 3600, "silence_seconds": 3600},
 *   "targets":   {"minimal": {"flake": "path or flake reference",
 *                             "attribute":
 * "nixosConfigurations.minimal.config.system.build.tarballBuilder", "kind": "tarball" | "image",
 *                             "policy": "/etc/assay/policies/enterprise.json" | "base",
 *                             "file": "minimal.wsl"}}     name of the published file; optional
 * }
 * Relative paths are relative to the configuration file's folder. */
struct target {
    char name[64];
    const char *flake, *attribute;
    bool tarball;
    json_t *policy; /* resolved at start, so that a bad policy stops the daemon, not a night */
    char file[128]; /* "" for an image whose name was not given: TARGET and the ending of the
                       file that the build gives */
};

struct config {
    json_t *json; /* owns the strings below */
    const char *state_dir, *work_dir, *listen, *signing_key;
    bool read_public;
    int concurrency;
    const json_t *tarball_runner; /* array of strings */
    const char *nix_program;
    const json_t *nix_options; /* object of strings */
    uint64_t audit_memory;     /* bytes */
    bool allow_unsandboxed;
    const char *qemu_nbd;
    int build_seconds, assemble_seconds, silence_seconds;
    struct target *targets;
    size_t n_targets;
};

/* Reads, checks and resolves a configuration file. Every error names the key and the mend. */
int config_load(const char *path, struct config *ret, struct assay_error *err);
void config_free(struct config *config);
const struct target *config_target(const struct config *config, const char *name); /* or NULL */

struct signer; /* build/signer.h */
struct runner; /* build/runner.h */

struct app {
    const struct config *config;
    struct store *store;
    struct blobs *blobs;
    struct signer *signer;
    struct runner *runner;
    bool isolated;     /* builds run in namespaces of their own, in which the state folder and the
                          key are out of reach; false where the machine does not allow it */
    char address[128]; /* "http://127.0.0.1:8420" once listening */
};

/* Path of the log of a build's attempt: STATE_DIR/logs/ID-ATTEMPT.log, at most PATH_MAX. */
void app_log_path(const struct app *app, int64_t build, int attempt, char *ret, size_t size);

#endif
