/* Names of the caches that signed the store's paths, in the Nix database's table ValidPaths: a
 * company's own cache is named after it ("cache.corp.example-1"). */
#include <assay/buf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "checks/lines.h"

#define SIGNATURE_LEN 88 /* base64 of an Ed25519 signature, which ends in "==" */
#define NAMES_MAX 16     /* different names told */

struct names {
    char name[NAMES_MAX][128];
    size_t n;
};

static bool wants(const struct entry *entry)
{
    static const char database[] = "nix/var/nix/db/db.sqlite";
    size_t len = strlen(entry->container), n = sizeof(database) - 1;

    return len >= n && strcmp(entry->container + len - n, database) == 0 &&
           strcmp(entry->path, "ValidPaths") == 0;
}

/* Whether the policy trusts a key of this name, so that it is public. */
static bool is_public(const json_t *policy, const char *name)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(policy, "trusted_keys"), i, one)
    {
        const char *key = assay_json_string(one, "key", "");

        if (strncmp(key, name, strlen(name)) == 0 && key[strlen(name)] == ':')
            return true;
    }
    return false;
}

/* Takes note of a signature, "NAME:BASE64". */
static void take(struct names *names, const struct check_run *run, const char *path,
                 const char *word, size_t len)
{
    const char *colon = memchr(word, ':', len);
    char name[sizeof(names->name[0])];

    if (!colon || len - (size_t)(colon + 1 - word) != SIGNATURE_LEN || word[len - 1] != '=' ||
        names->n == NAMES_MAX || (size_t)(colon - word) >= sizeof(name))
        return;
    snprintf(name, sizeof(name), "%.*s", (int)(colon - word), word);
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->name[i], name) == 0)
            return;
    if (!is_public(run->job->policy, name) && !check_is_excepted(run, path, name))
        strcpy(names->name[names->n++], name);
}

static int report(struct check_run *run, const struct entry *entry, const struct names *names)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(4096);
    struct check_report as = {
        .container = entry->container, .path = entry->path, .severity = SEVERITY_CRITICAL};
    int r = assay_buf_printf(&text, "The Nix database names caches that are not public: ");

    for (size_t i = 0; r == 0 && i < names->n; i++)
        r = assay_buf_printf(&text, "%s%s", i ? ", " : "", names->name[i]);
    as.message = assay_buf_str(&text);
    return r < 0 ? r : check_report_as(run, &as);
}

static int content(struct check_run *run, const struct check_content *content)
{
    struct lines lines = {.content = content};
    struct names names = {.n = 0};
    int r;

    while (lines_next(&lines)) {
        const char *word = lines.line, *end = lines.line + lines.len;

        while (word < end) {
            const char *space = memchr(word, ' ', (size_t)(end - word));
            size_t len = (size_t)((space ? space : end) - word);

            take(&names, run, content->entry->path, word, len);
            word += len + 1;
        }
    }
    r = names.n ? report(run, content->entry, &names) : 0;
    if (r < 0 || content->whole)
        return r;
    return check_report_unread(run, content, "budget",
                               "The Nix database is longer than the check for caches reads.");
}

const struct check check_cache_names = {
    .id = "nixos.cache-names",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_LOW,
    .title = "Names of private caches",
    .message = "The Nix database names caches that are not public.",
    .help = "The names of signing keys tell whose caches the image was made with. Trust the key in "
            "the policy (trusted_keys) where it is public, or clear signatures before the image "
            "is packed (update ValidPaths set sigs = null).",
    .wants = wants,
    .content = content,
    .content_max = (size_t)16 << 20,
};
