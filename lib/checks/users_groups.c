/* nixpkgs' nixos/modules/config/users-groups.nix writes the users' options to
 * nix/store/HASH-users-groups.json, readable by everyone (nixpkgs issue 165858):
 *   {"users": [{"name", "password", "hashedPassword", "initialPassword", "initialHashedPassword",
 *               ...}], "groups": [...]}
 * A field that is not set is null; "!" and "*" lock an account.
 *
 * In a store that was optimised (nix-store --optimise) every file is a hard link to
 * nix/store/.links/HASH, where it is known by its content only. */
#include <string.h>

#include <assay/json.h>

#include "checks/check.h"

static const struct {
    const char *name;
    bool hashed;
} fields[] = {
    {"password", false},
    {"hashedPassword", true},
    {"initialPassword", false},
    {"initialHashedPassword", true},
};

static const char links[] = "nix/store/.links/";

static bool is_link(const struct entry *entry)
{
    return strncmp(entry->path, links, sizeof(links) - 1) == 0;
}

static bool wants(const struct entry *entry)
{
    static const char store[] = "nix/store/", name[] = "users-groups.json";
    const char *path = entry->path;
    size_t len = strlen(path);

    if (strncmp(path, store, sizeof(store) - 1) != 0 || len < sizeof(store) + sizeof(name) - 2)
        return false;
    return (is_link(entry) || strcmp(path + len - (sizeof(name) - 1), name) == 0) &&
           check_in_system_root(entry);
}

/* Whether the content is what users-groups.nix writes: an object with the option in it that every
 * user has. */
static bool is_users_groups(const struct check_content *content)
{
    static const char option[] = "\"initialHashedPassword\"";

    return content->len > 0 && content->data[0] == '{' &&
           memmem(content->data, content->len, option, sizeof(option) - 1);
}

static int report(struct check_run *run, const struct check_content *content, const char *secret,
                  size_t len)
{
    const uint8_t *at = memmem(content->data, content->len, secret, len);

    return check_report(run, content, (const uint8_t *)secret, len, at ? at - content->data : -1);
}

static int check_user(struct check_run *run, const struct check_content *content,
                      const json_t *user)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        const json_t *field = json_object_get(user, fields[i].name);
        const char *text = json_string_value(field);
        size_t len = json_string_length(field), skip = 0;
        int r;

        if (len == 0)
            continue;
        if (fields[i].hashed && !check_is_password_hash(text, len, &skip) &&
            strspn(text, "!*") == len)
            continue;
        r = report(run, content, text + skip, len - skip);
        if (r < 0)
            return r;
    }
    return 0;
}

static int content(struct check_run *run, const struct check_content *content)
{
    _cleanup_json_ json_t *root = NULL;
    const json_t *users;
    size_t i;
    json_t *user;

    if (is_link(content->entry) && !is_users_groups(content))
        return 0;
    if (!content->whole)
        return check_report_unread(run, content, "budget",
                                   "The file is longer than the check for passwords reads.");
    if (assay_json_parse(content->data, content->len, "users-groups.json", &root, NULL) < 0)
        return check_report_unread(run, content, "corrupt",
                                   "The file is not the JSON that its name promises.");
    users = json_object_get(root, "users");
    json_array_foreach(users, i, user)
    {
        int r = check_user(run, content, user);

        if (r < 0)
            return r;
    }
    return 0;
}

const struct check check_users_groups = {
    .id = "nixos.users-groups-password",
    .class = FINDING_NIXOS,
    .severity = SEVERITY_HIGH,
    .title = "Password in the Nix store",
    .message = "The store's users-groups.json holds the password, or its hash, of an account.",
    .help = "The Nix store can be read by everyone on the machine and by everyone who has the "
            "image. Take password, hashedPassword, initialPassword and initialHashedPassword out "
            "of users.users, use hashedPasswordFile with a file that is put there at deployment, "
            "and change the password.",
    .wants = wants,
    .content = content,
};
