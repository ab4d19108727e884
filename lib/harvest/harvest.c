#include <assay/harvest.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "harvest/gather.h"
#include "scan/identity.h"

#define SHORTEST 3 /* bytes of a value */

static const struct {
    const char *name;
    int (*harvest)(struct gather *gather, const char *flake);
} sources[] = {{"build-host", harvest_host}, {"flake-authors", harvest_authors}};

/* What every system has, and what nobody is called: finding it would drown the people. */
static const char *const ordinary[] = {
    "root",
    "nixos",
    "nobody",
    "localhost",
    "localdomain",
    "admin",
    "user",
    "users",
    "test",
    "ubuntu",
    "debian",
    "guest",
    "fedora",
    "centos",
    "arch",
    "build",
    "builder",
    "runner",
    "vagrant",
    "docker",
    "git",
    "github",
    "gitlab",
    "nix",
    "nixbld",
    "administrator",
    "default",
    "home",
    "local",
    "lan",
    "internal",
    "example",
    "unknown",
    "none",
    "null",
    "system",
    "server",
    "host",
    "hostname",
    "desktop",
    "laptop",
    "computer",
    "pc",
    "machine",
    "container",
    "vm",
    "wsl",
    "windows",
    "linux",
    "developer",
    "dev",
    "demo",
    "live",
    "ci",
    "bot",
    "me",
    "you",
    "name",
    "your name",
    "full name",
    "john doe",
    "jane doe",
    "web-flow",
    "noreply",
    "codespace",
    "vscode",
    "ec2-user",
    "azureuser",
    "cloud-user",
    "opc",
    "pi",
    "node",
    "noreply@github.com",
    "you@example.com",
    "root@localhost",
};

static bool is_ordinary(const char *value)
{
    for (size_t i = 0; i < sizeof(ordinary) / sizeof(*ordinary); i++)
        if (strcasecmp(value, ordinary[i]) == 0)
            return true;
    return strncasecmp(value, "nixbld", 6) == 0;
}

/* "kind:value" in lower case. */
static json_t *key_of(const char *kind, const char *value)
{
    char key[512];

    snprintf(key, sizeof(key), "%s:%s", kind, value);
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c |= 0x20;
    return json_stringn_nocheck(key, strlen(key));
}

/* 1 when it is new, 0 when it is known, -ENOMEM. */
static int note(struct gather *gather, const char *kind, const char *value)
{
    _cleanup_json_ json_t *key = key_of(kind, value);
    const char *text = json_string_value(key);

    if (!text)
        return -ENOMEM;
    if (json_object_get(gather->known, text))
        return 0;
    return json_object_set_new_nocheck(gather->known, text, json_true()) < 0 ? -ENOMEM : 1;
}

int gather_add(struct gather *gather, const char *kind, const char *value)
{
    json_t *text;
    int r;

    if (strlen(value) < SHORTEST || is_ordinary(value) || !identity_is(kind, value))
        return 0;
    text = json_string(value);
    if (!text) /* no UTF-8 */
        return 0;
    r = note(gather, kind, value);
    if (r >= 0 && json_object_set_new(gather->own, value, json_true()) < 0)
        r = -ENOMEM;
    if (r <= 0) {
        json_decref(text);
        return r;
    }
    return json_array_append_new(gather->identities,
                                 json_pack("{s:s, s:o, s:s}", "kind", kind, "value", text,
                                           "severity", gather->severity)) < 0
               ? -ENOMEM
               : 0;
}

int gather_add_name(struct gather *gather, const char *name)
{
    name += strspn(name, " ");
    if (strchr(name, '[')) /* of programs: "dependabot[bot]" */
        return 0;
    return gather_add(gather, strchr(name, ' ') ? "name" : "username", name);
}

/* Takes what one source has, and notes how much that is. */
static int take(struct gather *gather, const json_t *wish, const char *flake, json_t *harvested)
{
    const char *from = assay_json_string(wish, "from", "");
    int r = -ENOENT;
    json_t *one;

    json_object_clear(gather->own);
    gather->problem[0] = '\0';
    gather->severity = assay_json_string(wish, "severity", "high");
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
        if (strcmp(sources[i].name, from) == 0)
            r = sources[i].harvest(gather, flake);
    if (r == -ENOENT)
        snprintf(gather->problem, sizeof(gather->problem), "there is no such source");
    else if (r < 0)
        return r;
    one = json_pack("{s:s, s:I, s:o*}", "from", from, "count",
                    (json_int_t)json_object_size(gather->own), "problem",
                    gather->problem[0]
                        ? assay_json_foreign_string(gather->problem, strlen(gather->problem))
                        : NULL);
    return json_array_append_new(harvested, one) < 0 ? -ENOMEM : 0;
}

static int take_all(const json_t *policy, struct gather *gather, const char *flake,
                    json_t *harvested)
{
    size_t i;
    json_t *one;
    int r = gather->identities && gather->known && gather->own && harvested ? 0 : -ENOMEM;

    json_array_foreach(json_object_get(policy, "identities"), i, one)
    {
        if (r >= 0)
            r = note(gather, assay_json_string(one, "kind", ""),
                     assay_json_string(one, "value", ""));
    }
    json_array_foreach(json_object_get(policy, "harvest"), i, one)
    {
        if (r >= 0)
            r = take(gather, one, flake, harvested);
    }
    return r < 0 ? r : 0;
}

int assay_harvest(const json_t *policy, const char *flake, json_t **ret, struct assay_error *err)
{
    _cleanup_json_ json_t *made = json_copy((json_t *)(uintptr_t)policy);
    _cleanup_json_ json_t *identities = json_copy(json_object_get(policy, "identities"));
    _cleanup_json_ json_t *known = json_object(), *own = json_object(), *harvested = json_array();
    struct gather gather = {.identities = identities, .known = known, .own = own};
    int r = made ? 0 : -ENOMEM;

    if (json_array_size(json_object_get(policy, "harvest")) > 0) {
        r = r < 0 ? r : take_all(policy, &gather, flake, harvested);
        if (r == 0 && (json_object_set(made, "identities", identities) < 0 ||
                       json_object_set(made, "harvested", harvested) < 0))
            r = -ENOMEM;
    }
    if (r < 0)
        return assay_error_set(err, ENOMEM, "out of memory while harvesting identities");
    *ret = ASSAY_TAKE(made);
    return 0;
}
