#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/fs.h>

#include "api.h"
#include "download.h"
#include "evidence.h"
#include "pin.h"
#include "release.h"
#include "terminal.h"

static const struct option_spec options_table[] = {
    {"output", 'o', "FILE", "where to put it (default: its own name, here)"},
    {"key", 'k', "FILE", "public key to verify with (default: the pinned one)"},
    {0},
};

/* What is to be fetched, checked for form. */
struct wanted {
    json_t *release; /* owned */
    const char *target, *version, *name, *sha256;
    uint64_t size;
};

static void wanted_free(struct wanted *wanted)
{
    json_decref(wanted->release);
}

/* A name the server chose becomes a file here: one plain part of a path. */
static bool plain_name(const char *name)
{
    char safe[300];

    terminal_safe(name, safe, sizeof(safe));
    return name[0] && name[0] != '.' && name[0] != '-' && !strchr(name, '/') &&
           strlen(name) < 200 && !strcmp(safe, name);
}

static int take(struct cli *cli, json_t *release, struct wanted *ret)
{
    const json_t *revoked = json_object_get(release, "revoked");
    int64_t size = assay_json_int(release, "size", -1);

    ret->release = json_incref(release);
    ret->target = assay_json_string(release, "target", "");
    ret->version = assay_json_string(release, "version", "");
    ret->name = assay_json_string(release, "name", "");
    ret->sha256 = assay_json_string(release, "sha256", "");
    ret->size = (uint64_t)size;
    if (json_is_object(revoked))
        return cli_fail(cli, CLI_UNVERIFIED, "%s %s was revoked: %s", ret->target, ret->version,
                        assay_json_string(revoked, "reason", "no reason given"));
    if (size < 0 || strlen(ret->sha256) != 64 ||
        ret->sha256[strspn(ret->sha256, "0123456789abcdef")])
        return cli_fail(cli, CLI_SERVER, "%s describes the release without its size and digest",
                        cli->server);
    if (!plain_name(ret->name))
        return cli_fail(cli, CLI_SERVER, "%s gives the release a name that no file should have",
                        cli->server);
    return CLI_OK;
}

static int resolve(struct cli *cli, const char *what, struct wanted *ret)
{
    _cleanup_json_ json_t *release = NULL;
    int r = release_find(cli, what, &release);

    return r == CLI_OK ? take(cli, release, ret) : r;
}

static int fetch_signature(struct cli *cli, const struct wanted *wanted, struct assay_buf *ret)
{
    _cleanup_free_ char *path = api_path("/r/%s/%s.minisig", wanted->sha256, wanted->name);
    struct api_request request = {.path = path};
    long status = 0;
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, ret, &status);
    if (status == 404)
        return cli_fail(cli, CLI_UNVERIFIED, "%s has no signature of %s: it cannot be verified",
                        cli->server, wanted->name);
    if (r == CLI_OK && ret->len >= ASSAY_MINISIGN_SIG_MAX)
        return cli_fail(cli, CLI_UNVERIFIED, "the signature that %s sent is too long to be one",
                        cli->server);
    return r;
}

/* The signature holds, and it is for the very release that was asked for: a server cannot give
 * another target's image, or an older one, the name of this. */
static int verify(struct cli *cli, const struct wanted *wanted, const struct evidence_file *file,
                  const struct assay_buf *sig, const struct pin *pin, struct evidence *ret)
{
    int r = evidence_verify(cli, file, wanted->name, assay_buf_str(sig), sig->len, &pin->key, ret);

    if (r != CLI_OK)
        return r;
    if (strcmp(ret->target, wanted->target) != 0 || strcmp(ret->version, wanted->version) != 0 ||
        strcmp(ret->sha256, wanted->sha256) != 0)
        return cli_fail(
            cli, CLI_UNVERIFIED, "%s is NOT verified: it is signed as %s %s, not as %s %s",
            wanted->name, ret->target[0] ? ret->target : "no target",
            ret->version[0] ? ret->version : "without a version", wanted->target, wanted->version);
    return CLI_OK;
}

static int write_beside(struct cli *cli, const char *path, const char *suffix, const char *text)
{
    _cleanup_free_ char *beside = NULL;
    struct assay_error err = {0};

    if (asprintf(&beside, "%s.%s", path, suffix) < 0) {
        beside = NULL;
        return cli_fail_memory(cli);
    }
    return assay_fs_write_file(beside, text, strlen(text), 0644, &err) < 0
               ? cli_fail_error(cli, CLI_USAGE, &err)
               : CLI_OK;
}

/* The verified file takes its name, then its signature and its sum. */
static int put(struct cli *cli, const char *part, const char *path, const char *sig,
               const char *sha256)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *sum = NULL;
    int r;

    if (asprintf(&sum, "%s  %s\n", sha256, slash ? slash + 1 : path) < 0) {
        sum = NULL;
        return cli_fail_memory(cli);
    }
    if (part && rename(part, path) < 0)
        return cli_fail(cli, CLI_USAGE, "cannot write %s: %s", path, strerror(errno));
    assay_fs_sync_parent(path);
    r = write_beside(cli, path, "minisig", sig);
    return r == CLI_OK ? write_beside(cli, path, "sha256", sum) : r;
}

/* Whether `path` is there already, byte for byte. */
static bool is_here(struct cli *cli, const struct wanted *wanted, const char *path,
                    struct evidence_file *ret)
{
    struct stat st;
    bool here = lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
                (uint64_t)st.st_size == wanted->size && evidence_read(cli, path, ret) == CLI_OK &&
                !strcmp(ret->sha256, wanted->sha256);

    cli->err.code = 0;
    return here;
}

static int fetch(struct cli *cli, const struct wanted *wanted, const char *part,
                 struct evidence_file *ret)
{
    _cleanup_free_ char *path = api_path("/r/%s/%s", wanted->sha256, wanted->name);
    struct download job = {
        .path = path, .sha256 = wanted->sha256, .size = wanted->size, .part = part};

    return path ? download(cli, &job, ret) : cli_fail_memory(cli);
}

static int pull(struct cli *cli, const struct wanted *wanted, const char *path,
                const char *key_path)
{
    _cleanup_buf_ struct assay_buf sig = {0};
    _cleanup_free_ char *part = NULL;
    _cleanup_pin_ struct pin pin = {0};
    struct evidence_file file;
    struct evidence evidence;
    bool here;
    int r = pin_find(cli, key_path, &pin);

    if (r == CLI_OK)
        r = fetch_signature(cli, wanted, &sig);
    if (r != CLI_OK)
        return r;
    if (asprintf(&part, "%s.part", path) < 0) {
        part = NULL;
        return cli_fail_memory(cli);
    }
    here = is_here(cli, wanted, path, &file);
    if (!here)
        r = fetch(cli, wanted, part, &file);
    if (r != CLI_OK)
        return r;
    r = verify(cli, wanted, &file, &sig, &pin, &evidence);
    if (r != CLI_OK) {
        if (!here)
            unlink(part);
        return r;
    }
    r = put(cli, here ? NULL : part, path, assay_buf_str(&sig), wanted->sha256);
    if (r == CLI_OK)
        r = pin_keep(cli, &pin);
    return r == CLI_OK ? evidence_print(cli, path, &file, &evidence, &pin.key) : r;
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_(wanted_free) struct wanted wanted = {
        .target = "", .version = "", .name = "", .sha256 = ""};
    const char *output = options_get(options, "output"), *path;
    struct stat st;
    int r = resolve(cli, options->args[0], &wanted);

    if (r != CLI_OK)
        return r;
    path = output ? output : wanted.name;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return cli_fail(cli, CLI_USAGE, "%s is there and is no regular file; give -o FILE", path);
    return pull(cli, &wanted, path, options_get(options, "key"));
}

const struct command command_pull = {
    .name = "pull",
    .arguments = "TARGET[@CHANNEL|@VERSION]",
    .summary = "fetch a published image and verify it",
    .help =
        "Fetches a published image (of the channel " RELEASE_CHANNEL ", where no other is named),\n"
        "goes on with a download that broke off, and verifies it: SHA-256, signature,\n"
        "and that it was signed as this target and version. Nothing unverified ever\n"
        "gets the file's name. FILE.minisig and FILE.sha256 are put beside it. The\n"
        "server's key is pinned at the first pull; a server that shows another one\n"
        "later is refused.",
    .example = "assay pull minimal\nassay pull tiger-team@2026.11.21-12 -o tiger-team.wsl",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
