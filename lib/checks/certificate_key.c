/* A certificate's private key in the image: in the same PEM file, or beside it under the same name
 * but for the ending. Packages' own test keys in /usr and deep in the store are left to the rules.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"

#define PAIRS_MAX 256 /* files that wait for their other half */

struct half {
    char container[128], stem[384]; /* the path less its ending */
    bool key, certificate;
};

struct state {
    struct half half[PAIRS_MAX];
    size_t n;
};

static bool wants(const struct entry *entry)
{
    static const char *const folders[] = {"etc/**",  "srv/**",  "opt/**",
                                          "root/**", "home/**", "var/lib/**"};
    static const char *const endings[] = {".pem", ".key", ".crt", ".cer", ".cert"};
    const char *dot = strrchr(entry->path, '.');
    bool ending = false, folder = check_path_matches("nix/store/*", entry->path);

    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(*endings); i++)
        ending |= strcmp(dot, endings[i]) == 0;
    for (size_t i = 0; ending && i < sizeof(folders) / sizeof(*folders); i++)
        folder |= check_path_matches(folders[i], entry->path);
    return ending && folder && check_in_system_root(entry);
}

static bool has(const struct check_content *content, const char *text)
{
    return memmem(content->data, content->len, text, strlen(text)) != NULL;
}

/* Takes note of one half. True when the other one was there already. */
static bool complete(struct state *state, const struct entry *entry, bool key)
{
    struct half half = {.key = key, .certificate = !key};
    size_t stem = (size_t)(strrchr(entry->path, '.') - entry->path);

    if (stem >= sizeof(half.stem) || strlen(entry->container) >= sizeof(half.container))
        return false;
    memcpy(half.stem, entry->path, stem);
    strcpy(half.container, entry->container);
    for (size_t i = 0; i < state->n; i++) {
        struct half *other = &state->half[i];

        if (strcmp(other->stem, half.stem) == 0 && strcmp(other->container, half.container) == 0)
            return key ? other->certificate : other->key;
    }
    if (state->n < PAIRS_MAX)
        state->half[state->n++] = half;
    return false;
}

static int content(struct check_run *run, const struct check_content *content)
{
    bool key = has(content, "PRIVATE KEY-----"), certificate = has(content, "BEGIN CERTIFICATE---");

    if (!key && !certificate)
        return 0;
    if ((key && certificate) || complete(run->state, content->entry, key))
        return check_report(run, content, NULL, 0, -1);
    return 0;
}

const struct check check_certificate_key = {
    .id = "hygiene.certificate-key",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Certificate with its private key",
    .message = "The image carries a certificate together with its private key.",
    .help = "Everyone who has the image can pose as whom the certificate names. Take the key out, "
            "have the certificate revoked, and make or fetch keys on the machine "
            "(security.acme, a secret of sops-nix or agenix).",
    .wants = wants,
    .content = content,
    .state_size = sizeof(struct state),
};
