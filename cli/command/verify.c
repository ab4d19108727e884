#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/fs.h>

#include "evidence.h"
#include "paths.h"

static const struct option_spec options_table[] = {
    {"key", 'k', "FILE", "public key to verify with (default: those pinned)"},
    {0},
};

/* The pinned key that has this id. */
static int pinned_key(struct cli *cli, const char *signer, struct assay_minisign_public *ret)
{
    _cleanup_free_ char *folder = paths_config("keys");
    DIR *dir = folder ? opendir(folder) : NULL;
    struct dirent *entry;
    bool found = false;

    while (dir && !found && (entry = readdir(dir))) {
        struct assay_minisign_public key;
        _cleanup_free_ char *path = NULL;
        char id[17];

        if (entry->d_name[0] == '.' || asprintf(&path, "%s/%s", folder, entry->d_name) < 0 ||
            evidence_key(cli, path, &key) != CLI_OK)
            continue;
        assay_minisign_key_id(&key, id);
        if (!strcmp(id, signer)) {
            *ret = key;
            found = true;
        }
    }
    if (dir)
        closedir(dir);
    cli->err.code = 0; /* of files that are no keys */
    if (found)
        return CLI_OK;
    return cli_fail(cli, CLI_UNVERIFIED,
                    "it is signed with the key %s, which is not pinned here; give its public key "
                    "with --key FILE",
                    signer);
}

/* FILE.sha256, where there is one, as sha256sum writes it: the digest, blanks, the name. */
static int check_sum(struct cli *cli, const char *path, const struct evidence_file *file)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(8192);
    _cleanup_free_ char *sum = NULL;
    struct assay_error err = {0};

    if (asprintf(&sum, "%s.sha256", path) < 0) {
        sum = NULL;
        return cli_fail_memory(cli);
    }
    if (access(sum, F_OK) < 0)
        return CLI_OK;
    if (assay_fs_read_file(sum, &text, &err) < 0)
        return cli_fail_error(cli, CLI_UNVERIFIED, &err);
    if (strncasecmp(assay_buf_str(&text), file->sha256, 64) != 0)
        return cli_fail(cli, CLI_UNVERIFIED, "%s is NOT verified: its SHA-256 is not the one in %s",
                        path, sum);
    return CLI_OK;
}

static int run(struct cli *cli, const struct options *options)
{
    const char *path = options->args[0], *key_path = options_get(options, "key");
    _cleanup_buf_ struct assay_buf sig = ASSAY_BUF(ASSAY_MINISIGN_SIG_MAX - 1);
    _cleanup_free_ char *sig_path = NULL;
    struct assay_minisign_public key;
    struct evidence_file file;
    struct evidence evidence;
    struct assay_error err = {0};
    char signer[17];
    int r = evidence_read(cli, path, &file);

    if (r != CLI_OK)
        return r;
    if (asprintf(&sig_path, "%s.minisig", path) < 0) {
        sig_path = NULL;
        return cli_fail_memory(cli);
    }
    if (assay_fs_read_file(sig_path, &sig, &err) < 0)
        return cli_fail(cli, CLI_UNVERIFIED, "%s is NOT verified: its signature is missing: %s",
                        path, err.text);
    if (evidence_signer(assay_buf_str(&sig), sig.len, signer) < 0)
        return cli_fail(cli, CLI_UNVERIFIED, "%s is NOT verified: %s is no minisign signature",
                        path, sig_path);
    r = key_path ? evidence_key(cli, key_path, &key) : pinned_key(cli, signer, &key);
    if (r == CLI_OK)
        r = evidence_verify(cli, &file, path, assay_buf_str(&sig), sig.len, &key, &evidence);
    if (r == CLI_OK)
        r = check_sum(cli, path, &file);
    return r == CLI_OK ? evidence_print(cli, path, &file, &evidence, &key) : r;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "FILE",
    .summary = "verify a file against its signature, without the server",
    .help = "Verifies FILE against FILE.minisig beside it (and FILE.sha256 where there is\n"
            "one), and prints what the signature says it is. Asks no server.",
    .example = "assay verify minimal.wsl\nassay verify minimal.wsl --key minisign.pub",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
