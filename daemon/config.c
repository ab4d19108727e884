#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/policy.h>

#include "app.h"

#define CONFIG_MAX (1u << 20) /* bytes of a configuration file */

/* What is taken where the file says nothing. */
static const char default_json[] =
    "{\"listen\": \"127.0.0.1:8420\", \"read\": \"token\", \"concurrency\": 1,"
    " \"tarball_runner\": [], \"nix\": {\"program\": \"nix\", \"options\": {}},"
    " \"audit\": {\"memory_mib\": 512, \"allow_unsandboxed\": false,"
    "             \"qemu_nbd\": \"/usr/bin/qemu-nbd\"},"
    " \"timeouts\": {\"build_seconds\": 14400, \"assemble_seconds\": 3600,"
    "                \"silence_seconds\": 3600}}";

static int add_defaults(json_t *json, struct assay_error *err)
{
    _cleanup_json_ json_t *defaults = NULL;
    int r = assay_json_parse(default_json, sizeof(default_json) - 1, "defaults", &defaults, err);
    const char *key;
    json_t *value;

    if (r < 0)
        return r;
    json_object_foreach(defaults, key, value)
    {
        json_t *given = json_object_get(json, key);

        if (!given)
            r = json_object_set(json, key, value);
        else if (json_is_object(given))
            r = json_object_update_missing(given, value);
        if (r < 0)
            return assay_error_set(err, ENOMEM, "out of memory");
    }
    return 0;
}

/* The folder of the configuration file, absolute. */
static int folder_of(const char *path, char ret[PATH_MAX], struct assay_error *err)
{
    if (!realpath(path, ret))
        return assay_error_set(err, errno,
                               "cannot read the configuration %s: %s; name the file with --config",
                               path, strerror(errno));
    *strrchr(ret, '/') = '\0';
    return 0;
}

/* Makes the member `key` of `object` absolute. */
static int resolve(json_t *object, const char *key, const char *folder, struct assay_error *err)
{
    const char *path = assay_json_string(object, key, "");

    if (path[0] == '/')
        return 0;
    if (strncmp(path, "./", 2) == 0)
        path += 2;
    if (json_object_set_new(object, key,
                            strcmp(path, ".") == 0 ? json_string(folder)
                                                   : json_sprintf("%s/%s", folder, path)) < 0)
        return assay_error_set(err, ENOMEM, "out of memory");
    return 0;
}

static bool is_within(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static int read_paths(struct config *config, const char *folder, struct assay_error *err)
{
    static const char *const keys[] = {"state_dir", "work_dir", "signing_key"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        int r = resolve(config->json, keys[i], folder, err);

        if (r < 0)
            return r;
    }
    config->state_dir = assay_json_string(config->json, "state_dir", NULL);
    config->work_dir = assay_json_string(config->json, "work_dir", NULL);
    config->signing_key = assay_json_string(config->json, "signing_key", NULL);
    if (is_within(config->work_dir, config->state_dir) ||
        is_within(config->state_dir, config->work_dir))
        return assay_error_set(err, EINVAL,
                               "work_dir (%s) and state_dir (%s) lie one in the other; take two "
                               "folders side by side: builds must not reach the state",
                               config->work_dir, config->state_dir);
    return 0;
}

static void read_settings(struct config *config)
{
    const json_t *nix = json_object_get(config->json, "nix");
    const json_t *audit = json_object_get(config->json, "audit");
    const json_t *timeouts = json_object_get(config->json, "timeouts");

    config->listen = assay_json_string(config->json, "listen", NULL);
    config->read_public = strcmp(assay_json_string(config->json, "read", ""), "public") == 0;
    config->concurrency = (int)assay_json_int(config->json, "concurrency", 1);
    config->tarball_runner = json_object_get(config->json, "tarball_runner");
    config->nix_program = assay_json_string(nix, "program", NULL);
    config->nix_options = json_object_get(nix, "options");
    config->audit_memory = (uint64_t)assay_json_int(audit, "memory_mib", 512) << 20;
    config->allow_unsandboxed = assay_json_bool(audit, "allow_unsandboxed", false);
    config->qemu_nbd = assay_json_string(audit, "qemu_nbd", NULL);
    config->build_seconds = (int)assay_json_int(timeouts, "build_seconds", 0);
    config->assemble_seconds = (int)assay_json_int(timeouts, "assemble_seconds", 0);
    config->silence_seconds = (int)assay_json_int(timeouts, "silence_seconds", 0);
}

static int read_policy(struct target *target, json_t *json, const char *folder,
                       struct assay_error *err)
{
    const char *policy = assay_json_string(json, "policy", "base");
    int r = 0;

    if (strcmp(policy, "base") != 0)
        r = resolve(json, "policy", folder, err);
    return r < 0
               ? r
               : assay_policy_load(assay_json_string(json, "policy", "base"), &target->policy, err);
}

static int read_target(struct target *target, const char *name, json_t *json, const char *folder,
                       struct assay_error *err)
{
    const char *flake = assay_json_string(json, "flake", "");
    int r = 0;

    snprintf(target->name, sizeof(target->name), "%s", name);
    /* Everything else ("github:...", a name of the registry) is a flake reference. */
    if (flake[0] == '.')
        r = resolve(json, "flake", folder, err);
    if (r < 0)
        return r;
    target->flake = assay_json_string(json, "flake", "");
    target->attribute = assay_json_string(json, "attribute", "");
    target->tarball = strcmp(assay_json_string(json, "kind", ""), "tarball") == 0;
    snprintf(target->file, sizeof(target->file), "%s%s", target->tarball ? name : "",
             target->tarball ? ".wsl" : "");
    if (json_object_get(json, "file"))
        snprintf(target->file, sizeof(target->file), "%s", assay_json_string(json, "file", ""));
    r = read_policy(target, json, folder, err);
    return r < 0 ? assay_error_prefix(err, "targets.%s.policy", name) : 0;
}

static int read_targets(struct config *config, const char *folder, struct assay_error *err)
{
    json_t *targets = json_object_get(config->json, "targets"), *json;
    const char *name;

    config->targets = calloc(json_object_size(targets) + 1, sizeof(*config->targets));
    if (!config->targets)
        return assay_error_set(err, ENOMEM, "out of memory");
    json_object_foreach(targets, name, json)
    {
        int r = read_target(&config->targets[config->n_targets++], name, json, folder, err);

        if (r < 0)
            return r;
    }
    return 0;
}

static int load(const char *path, struct config *config, struct assay_error *err)
{
    char folder[PATH_MAX];
    int r = folder_of(path, folder, err);

    if (r < 0)
        return r;
    r = assay_json_load(path, CONFIG_MAX, &config->json, err);
    if (r < 0)
        return r;
    r = assay_schema_check("config", config->json, err);
    if (r == 0)
        r = add_defaults(config->json, err);
    if (r == 0)
        r = read_paths(config, folder, err);
    if (r == 0)
        read_settings(config);
    if (r == 0)
        r = read_targets(config, folder, err);
    return r < 0 ? assay_error_prefix(err, "%s", path) : 0;
}

int config_load(const char *path, struct config *ret, struct assay_error *err)
{
    struct config config = {0};
    int r = load(path, &config, err);

    if (r < 0)
        config_free(&config);
    else
        *ret = config;
    return r;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->n_targets; i++)
        json_decref(config->targets[i].policy);
    free(config->targets);
    json_decref(config->json);
    memset(config, 0, sizeof(*config));
}

const struct target *config_target(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->n_targets; i++)
        if (strcmp(config->targets[i].name, name) == 0)
            return &config->targets[i];
    return NULL;
}
