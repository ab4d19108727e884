#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/audit.h>
#include <assay/cleanup.h>
#include <assay/fs.h>
#include <assay/harvest.h>
#include <assay/policy.h>
#include <assay/report.h>

#include "bar.h"
#include "output.h"
#include "paths.h"

static const struct option_spec options_table[] = {
    {"policy", 'p', "POLICY", "policy file, or 'base' (default)"},
    OUTPUT_OPTIONS,
    {"flake", 0, "FLAKE", "whose authors \"flake-authors\" are (default: .)"},
    {"no-cache", 0, NULL, "use and keep nothing from one scan to the next"},
    {"allow-unsandboxed", 0, NULL, "go on without a sandbox; the report says so"},
    {0},
};

/* All of stdin in a file without a name: the auditor wants to know the size, and to seek. */
static int spool_stdin(struct cli *cli, int *ret)
{
    const char *folder = getenv("TMPDIR");
    _cleanup_free_ uint8_t *block = malloc(1 << 20);
    _cleanup_close_ int fd = -1;
    struct bar bar = bar_make(true, 0);
    uint64_t done = 0;
    ssize_t n;

    if (!folder || !folder[0])
        folder = "/var/tmp"; /* an image may be larger than memory, where /tmp often is */
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || !block)
        return cli_fail(cli, CLI_INCOMPLETE, "cannot make a temporary file in %s: %s", folder,
                        strerror(errno));
    while ((n = read(STDIN_FILENO, block, 1 << 20)) != 0) {
        int r = n < 0 ? -errno : assay_fs_write_all(fd, block, (size_t)n);

        if (r < 0 && r != -EINTR)
            return cli_fail(cli, CLI_INCOMPLETE, "cannot copy the input to %s: %s", folder,
                            strerror(-r));
        done += n > 0 ? (uint64_t)n : 0;
        bar_update(&bar, "read", done, 0, 0);
    }
    bar_clear(&bar);
    *ret = assay_take_fd(&fd);
    return CLI_OK;
}

static int open_artifact(struct cli *cli, const char *path, int *ret)
{
    _cleanup_close_ int fd = -1;
    struct stat st;

    if (!strcmp(path, "-"))
        return spool_stdin(cli, ret);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return cli_fail(cli, CLI_USAGE, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return cli_fail(cli, CLI_USAGE,
                        "%s is a folder; name an image, or pack it first: tar -c %s | assay scan -",
                        path, path);
    if (!S_ISREG(st.st_mode))
        return cli_fail(cli, CLI_USAGE,
                        "%s is not a regular file; to scan a stream: assay scan - "
                        "< %s",
                        path, path);
    *ret = assay_take_fd(&fd);
    return CLI_OK;
}

/* The key that keeps fingerprints the same from one scan to the next on this machine. */
static int fingerprint_key(struct cli *cli, uint8_t ret[ASSAY_FINGERPRINT_KEY_SIZE])
{
    _cleanup_free_ char *path = paths_state("fingerprint.key");
    _cleanup_free_ char *folder = path ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
    struct assay_error err = {0};

    if (!folder)
        return cli_fail(cli, CLI_USAGE,
                        "there is no place for the fingerprint key; set HOME or XDG_STATE_HOME");
    if (assay_fs_make_dirs(folder, 0700, &err) < 0 ||
        assay_audit_fingerprint_key(path, ret, &err) < 0)
        return cli_fail_error(cli, CLI_USAGE, &err);
    return CLI_OK;
}

static bool on_progress(void *ctx, uint64_t bytes, uint64_t total, uint64_t entries,
                        const char *path)
{
    bar_update(ctx, path ? path : "", bytes, total, entries);
    return true;
}

/* The policy, with the identities that are to be taken from this machine and the flake. */
static int load_policy(struct cli *cli, const struct options *options, json_t **ret)
{
    const char *flake = options_get(options, "flake");
    _cleanup_json_ json_t *policy = NULL;
    int r = assay_policy_load(options_get(options, "policy"), &policy, &cli->err);

    return r < 0 ? r : assay_harvest(policy, flake ? flake : ".", ret, &cli->err);
}

static int audit(struct cli *cli, const struct options *options, json_t **ret)
{
    const char *path = options->args[0], *slash = strrchr(path, '/');
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    _cleanup_free_ char *worker = assay_audit_sibling("assay-audit");
    _cleanup_free_ char *cache = options_get(options, "no-cache") ? NULL : paths_cache();
    _cleanup_json_ json_t *policy = NULL;
    _cleanup_close_ int fd = -1;
    struct bar bar = bar_make(true, 0);
    struct assay_audit_job job = {
        .name = !strcmp(path, "-") ? "stdin"
                : slash            ? slash + 1
                                   : path,
        .fingerprint_key = key,
        .worker = worker,
        .cache_dir = cache,
        .allow_unsandboxed = options_get(options, "allow-unsandboxed") != NULL,
        .progress = on_progress,
        .progress_ctx = &bar,
    };
    int r;

    if (!worker)
        return cli_fail_memory(cli);
    if (load_policy(cli, options, &policy) < 0)
        return CLI_USAGE;
    r = fingerprint_key(cli, key);
    if (r == CLI_OK)
        r = open_artifact(cli, path, &fd);
    if (r != CLI_OK)
        return r;
    job.policy = policy;
    job.fd = fd;
    r = assay_audit_run(&job, ret, &cli->err);
    bar_clear(&bar);
    if (r < 0) {
        assay_error_prefix(&cli->err, "%s was not audited", path);
        return CLI_INCOMPLETE;
    }
    return CLI_OK;
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *report = NULL;
    struct output output;
    int r = output_wanted(cli, options, &output);

    if (r == CLI_OK)
        r = audit(cli, options, &report);
    if (r == CLI_OK)
        r = output_report(cli, report, &output);
    return r == CLI_OK ? assay_report_exit_code(report) : r;
}

const struct command command_scan = {
    .name = "scan",
    .arguments = "PATH|-",
    .summary = "audit a local file, without the server",
    .help = "Audits a local file (or what comes in on stdin) just as the server would, with\n"
            "no server at all: archives, disk images and whatever is packed in them. Exits\n"
            "with 0 when it passes, 1 when it is rejected, 3 when it could not be read in\n"
            "full.",
    .example = "assay scan nixos.wsl\n"
               "assay scan nixos.wsl --policy policies/enterprise.json --format json\n"
               "assay scan nixos.wsl -o report.html",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
