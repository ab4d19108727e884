#include "pin.h"

#include <string.h>

#include <assay/fs.h>

#include "api.h"
#include "paths.h"

static int shown_key(struct cli *cli, struct assay_minisign_public *ret)
{
    _cleanup_buf_ struct assay_buf text = {0};
    struct api_request request = {.path = "/keys/minisign.pub"};
    struct assay_error err = {0};
    long status = 0;
    int r = api_send(cli, &request, &text, &status);

    if (status == 404)
        return cli_fail(cli, CLI_UNVERIFIED, "%s shows no key to verify with", cli->server);
    if (r != CLI_OK)
        return r;
    if (assay_minisign_public_parse(assay_buf_str(&text), text.len, ret, &err) < 0)
        return cli_fail(cli, CLI_UNVERIFIED, "%s shows no usable key: %s", cli->server, err.text);
    return CLI_OK;
}

/* Whether the server still shows the pinned key; before a long download, not after it. */
static int compare(struct cli *cli, const struct pin *pin)
{
    struct assay_minisign_public shown;
    char id[17];
    int r = shown_key(cli, &shown);

    if (r != CLI_OK)
        return r;
    if (!memcmp(shown.key_id, pin->key.key_id, sizeof(shown.key_id)) &&
        !memcmp(shown.key, pin->key.key, sizeof(shown.key)))
        return CLI_OK;
    assay_minisign_key_id(&shown, id);
    return cli_fail(cli, CLI_UNVERIFIED,
                    "%s shows the key %s, but %s was pinned for it: somebody else may be "
                    "answering. If those who run it confirm the new key, remove %s and pull again",
                    cli->server, id, pin->id, pin->path);
}

int pin_find(struct cli *cli, const char *key_path, struct pin *ret)
{
    int r;

    if (!key_path) {
        ret->path = paths_pinned_key(cli->server);
        if (!ret->path)
            return cli_fail(cli, CLI_USAGE,
                            "there is no place for pinned keys; set HOME, or give --key FILE");
    }
    ret->first = !key_path && access(ret->path, F_OK) < 0;
    r = ret->first ? shown_key(cli, &ret->key)
                   : evidence_key(cli, key_path ? key_path : ret->path, &ret->key);
    if (r != CLI_OK)
        return r;
    assay_minisign_key_id(&ret->key, ret->id);
    return key_path || ret->first ? CLI_OK : compare(cli, ret);
}

int pin_keep(struct cli *cli, const struct pin *pin)
{
    _cleanup_free_ char *folder = NULL;
    struct assay_error err = {0};
    char text[256];

    if (!pin->first)
        return CLI_OK;
    folder = strndup(pin->path, (size_t)(strrchr(pin->path, '/') - pin->path));
    if (!folder)
        return cli_fail_memory(cli);
    assay_minisign_public_format(&pin->key, text);
    if (assay_fs_make_dirs(folder, 0700, &err) < 0 ||
        assay_fs_write_file(pin->path, text, strlen(text), 0644, &err) < 0)
        return cli_fail_error(cli, CLI_USAGE, &err);
    fprintf(stderr, "first time here: the key %s of %s is pinned in %s\n", pin->id, cli->server,
            pin->path);
    return CLI_OK;
}

void pin_free(struct pin *pin)
{
    free(pin->path);
    pin->path = NULL;
}
