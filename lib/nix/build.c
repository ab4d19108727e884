#include <errno.h>
#include <string.h>

#include <assay/nix.h>

#define STORE "/nix/store/"

static int add(struct assay_nix_command *command, size_t *n, const char *argument)
{
    if (*n + 1 >= ASSAY_NIX_ARGV_MAX)
        return -E2BIG;
    command->argv[(*n)++] = argument;
    command->argv[*n] = NULL;
    return 0;
}

int assay_nix_build_command(const struct assay_nix_build *build, struct assay_nix_command *ret,
                            struct assay_error *err)
{
    const char *const fixed[] = {build->program,
                                 "--extra-experimental-features",
                                 "nix-command flakes",
                                 "build",
                                 "--json",
                                 "--out-link",
                                 build->out_link,
                                 "--log-format",
                                 "internal-json",
                                 "-v",
                                 "--no-write-lock-file"};
    const char *name;
    json_t *value;
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        add(ret, &n, fixed[i]);
    json_object_foreach((json_t *)(uintptr_t)build->options, name, value)
    {
        if (r == 0)
            r = add(ret, &n, "--option");
        if (r == 0)
            r = add(ret, &n, name);
        if (r == 0)
            r = add(ret, &n, json_string_value(value));
    }
    if ((size_t)snprintf(ret->installable, sizeof(ret->installable), "%s#%s", build->flake,
                         build->attribute) >= sizeof(ret->installable))
        r = -E2BIG;
    if (r == 0)
        r = add(ret, &n, ret->installable);
    return r < 0 ? assay_error_set(err, E2BIG, "nix.options has too many members for one command")
                 : 0;
}

/* A store path and nothing else: no "..", no second component. */
static bool is_store_path(const char *path)
{
    size_t len = strlen(path);

    return strncmp(path, STORE, strlen(STORE)) == 0 && len < ASSAY_NIX_PATH_MAX &&
           len > strlen(STORE) && path[strlen(STORE)] != '.' && !strchr(path + strlen(STORE), '/');
}

int assay_nix_build_result(const char *text, size_t len, char ret_out[ASSAY_NIX_PATH_MAX],
                           struct assay_error *err)
{
    _cleanup_json_ json_t *json = NULL;
    json_t *outputs;
    const char *path;
    int r = assay_json_parse(text, len, "what nix build printed", &json, err);

    if (r < 0)
        return r;
    if (json_array_size(json) != 1)
        return assay_error_set(err, EINVAL, "nix build gave %zu results where one was expected",
                               json_array_size(json));
    outputs = json_object_get(json_array_get(json, 0), "outputs");
    path = assay_json_string(outputs, "out", NULL);
    if (!path && json_object_size(outputs) == 1)
        path = json_string_value(json_object_iter_value(json_object_iter(outputs)));
    if (!path || !is_store_path(path))
        return assay_error_set(err, EINVAL,
                               "nix build gave no store path in %s; the attribute must be a "
                               "derivation with the output 'out'",
                               STORE);
    snprintf(ret_out, ASSAY_NIX_PATH_MAX, "%s", path);
    return 0;
}
