/* Checks of a system: what is found where, and what is left alone. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"
#include "checks_fixture.h"
#include "suite.h"

static struct fixture start(const char *settings)
{
    char policy[512] = "{}";

    if (settings)
        snprintf(policy, sizeof(policy), "{\"checks\": %s}", settings);
    return fixture_new(policy, NULL);
}

/* Shows an entry of nobody in particular. Returns whether its content was wanted. */
static int show(struct fixture *f, const char *container, const char *path, enum entry_type type,
                const char *content, size_t len, bool whole)
{
    const struct entry entry = {.container = container,
                                .path = path,
                                .type = type,
                                .uid = 0,
                                .gid = 0,
                                .size = (int64_t)len};

    return fixture_entry(f, &entry, content, len, whole) > 0;
}

static json_t *finish(struct fixture *f)
{
    return fixture_finish(f);
}

#define SHA512 "$6$rounds=5000$saltsaltsalt$0123456789abcdefghijklmnopqrstuvwxyz./ABCDEFGHIJKLMN"
#define YESCRYPT "$y$j9T$wVgbrJ1Ln5eSqVZxuNR4p1$dKzVn8NYzKk0Bq9mMwV7qQ3cYl0e0v1Yyq9Zb0J5Xk7"
#define STORE "nix/store/0123456789abcdfghijklmnpqrsvwxyz-"
#define PEM_BEGIN         \
    "-----BEGIN OPENSSH " \
    "PRIVATE KEY-----\n"
#define PEM_END         \
    "-----END OPENSSH " \
    "PRIVATE KEY-----\n"
#define PEM PEM_BEGIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n" PEM_END

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(one_file_gives_what_it_should)
{
    static const struct {
        const char *container, *path, *content;
        const char *rule; /* NULL: nothing */
        int line;         /* 0: none */
    } rows[] = {
        {"", "etc/machine-id", "0123456789abcdef0123456789abcdef\n", "hygiene.machine-id", 1},
        {"p2", "etc/machine-id", "0123456789abcdef0123456789abcdef\n", "hygiene.machine-id", 1},
        {"disk.raw!p1", "etc/machine-id", "0123456789abcdef0123456789abcdef", "hygiene.machine-id",
         1},
        {"", "var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef", "hygiene.machine-id",
         1},
        {"", "etc/machine-id", "", NULL, 0},
        {"", "etc/machine-id", "\n", NULL, 0},
        {"", "etc/machine-id", "uninitialized\n", NULL, 0},
        {"home/mira/backup.tar", "etc/machine-id", "0123456789abcdef0123456789abcdef", NULL, 0},
        /* layers of container images, as docker save, skopeo and OCI layouts name them */
        {DIGEST "/layer.tar", "etc/machine-id", "0123456789abcdef0123456789abcdef",
         "hygiene.machine-id", 1},
        {"a.tar.gz!" DIGEST ".tar", "etc/machine-id", "0123456789abcdef0123456789abcdef",
         "hygiene.machine-id", 1},
        {"blobs/sha256/" DIGEST, "etc/machine-id", "0123456789abcdef0123456789abcdef",
         "hygiene.machine-id", 1},
        {"home/blobs/sha256/" DIGEST, "etc/machine-id", "0123456789abcdef0123456789abcdef", NULL,
         0},
        {DIGEST "/a/layer.tar", "etc/machine-id", "0123456789abcdef0123456789abcdef", NULL, 0},
        {"", "srv/etc/machine-id", "0123456789abcdef0123456789abcdef", NULL, 0},

        {"", "etc/ssh/ssh_host_ed25519_key", PEM, "hygiene.ssh-host-key", 1},
        {"", STORE "ssh_host_ed25519_key", PEM, "hygiene.ssh-host-key", 1},
        {"", STORE "etc/etc/ssh/ssh_host_rsa_key", PEM, "hygiene.ssh-host-key", 1},
        {"p1", "persist/etc/ssh/ssh_host_rsa_key", PEM, "hygiene.ssh-host-key", 1},
        {"", "etc/ssh/ssh_host_rsa_key", "text\n" PEM, "hygiene.ssh-host-key", 2},
        {"", "etc/ssh/ssh_host_rsa_key", PEM_BEGIN, "hygiene.ssh-host-key", 1},
        {"", "etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA root@x\n", NULL, 0},
        {"", "etc/ssh/ssh_host_ed25519_key", "", NULL, 0},
        {"", "etc/ssh/ssh_host_ed25519_key", "no key\n", NULL, 0},
        {"", "etc/ssh/ssh_host_ed25519_key", "-----BEGIN PUBLIC KEY-----\nx\nPRIVATE KEY-----\n",
         NULL, 0},

        {"", "etc/shadow", "root:!:1::::::\nmira:" SHA512 ":1::::::\n", "hygiene.shadow-hash", 2},
        {"", "etc/shadow", "mira:" YESCRYPT ":1::::::", "hygiene.shadow-hash", 1},
        {"", "etc/shadow", "mira:!" SHA512 ":1::::::\n", "hygiene.shadow-hash", 1},
        {"", "etc/shadow", "mira:ab0123456789.:1::::::\n", "hygiene.shadow-hash", 1},
        {"", "etc/shadow-", "mira:" SHA512 ":1::::::\n", "hygiene.shadow-hash", 1},
        {"", "etc/gshadow", "wheel:" SHA512 "::\n", "hygiene.shadow-hash", 1},
        {"", "etc/shadow", "mira:" SHA512, "hygiene.shadow-hash", 1},
        {"", "etc/shadow", "root:!:1::::::\nbin:*:1::::::\nx:!:1:\ny:!!:1:\nz:x:1:\n", NULL, 0},
        {"", "etc/shadow", "no colon\n\n:\n", NULL, 0},
        {"", "etc/shadow", "", NULL, 0},

        {"", STORE "users-groups.json", "{\"users\": [\n{\"hashedPassword\": \"" SHA512 "\"}]}",
         "nixos.users-groups-password", 2},
        {"", STORE "users-groups.json", "{\"users\": [{\"initialPassword\": \"nixos\"}]}",
         "nixos.users-groups-password", 1},
        {"", STORE "users-groups.json", "{\"users\": [{\"password\": \"!\"}]}",
         "nixos.users-groups-password", 1},
        {"", STORE "users-groups.json",
         "{\"users\": [{\"initialHashedPassword\": \"!" SHA512 "\"}]}",
         "nixos.users-groups-password", 1},
        {"", STORE "users-groups.json", "{\"users\": [{\"hashedPassword\": \"odd\"}]}",
         "nixos.users-groups-password", 1},
        {"", STORE "users-groups.json", "{\"users\": [{\"initialPassword\": \"a\\u0062c\"}]}",
         "nixos.users-groups-password", 0},
        {"", STORE "users-groups.json",
         "{\"users\": [{\"name\": \"root\", \"password\": null, \"hashedPassword\": \"!\","
         "\"initialPassword\": \"\", \"initialHashedPassword\": \"*\"}], \"groups\": []}",
         NULL, 0},
        {"", STORE "users-groups.json", "{\"users\": {\"a\": 1}}", NULL, 0},
        {"", STORE "users-groups.json", "{\"users\": [1, null, \"a\"]}", NULL, 0},
        {"", STORE "users-groups.json", "{\"users\": [", "unaudited.corrupt", 0},
        {"", STORE "users-groups.json", "", "unaudited.corrupt", 0},
        {"", STORE "users-groups.json",
         "{\"users\": [{\"password\": \"secret\", \"password\": null}]}", "unaudited.corrupt", 0},
        {"", "nix/store/.links/1b9p07z77phvv2hf6gm9f28syp39f1ag5w0i2aqg6lwdf5p1l2h6",
         "{\"users\": [{\"initialHashedPassword\": null, \"password\": \"nixos\"}]}",
         "nixos.users-groups-password", 1},
        {"", "nix/store/.links/1b9p07z77phvv2hf6gm9f28syp39f1ag5w0i2aqg6lwdf5p1l2h6",
         "{\"users\": [{\"password\": \"nixos\"}]}", NULL, 0},
        {"", "nix/store/.links/1b9p07z77phvv2hf6gm9f28syp39f1ag5w0i2aqg6lwdf5p1l2h6",
         "int main(void) { return 0; }", NULL, 0},
        {"", "srv/users-groups.json", "{\"users\": [{\"password\": \"nixos\"}]}", NULL, 0},

        {"", "etc/resolv.conf", "nameserver 10.0.0.1\n", "hygiene.resolv-conf", 0},
        {"", "etc/resolv.conf", "", NULL, 0},
        {"", "root/.bash_history", "ls\n", "hygiene.shell-history", 0},
        {"", "home/mira/.zsh_history", "ls\n", "hygiene.shell-history", 0},
        {"", "home/mira/.local/share/fish/fish_history", "- cmd: ls\n", "hygiene.shell-history", 0},
        {"", "home/mira/src/.bash_history", "ls\n", NULL, 0},
        {"", "home/.bash_history", "ls\n", NULL, 0},
        {"", "root/.bash_history", "\n", NULL, 0},
        {"", "root/.nix-channels", "https://cache.corp.example nixos\n", "nixos.channels", 0},
        {"", "root/.nix-channels", "", NULL, 0},

    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct fixture f = start(NULL);
        const char *content = rows[i].content;
        const json_t *one;
        json_t *list;

        show(&f, rows[i].container, rows[i].path, ENTRY_FILE, content, strlen(content), true);
        list = finish(&f);
        ck_assert_msg(json_array_size(list) == (rows[i].rule != NULL), "row %zu: %s: %zu findings",
                      i, rows[i].path, json_array_size(list));
        one = json_array_get(list, 0);
        if (rows[i].rule)
            ck_assert_str_eq(assay_json_string(one, "rule", ""), rows[i].rule);
        ck_assert_msg(assay_json_int(one, "line", 0) == rows[i].line, "row %zu: line %d", i,
                      (int)assay_json_int(one, "line", 0));
        json_decref(list);
    }
}
END_TEST

START_TEST(a_wsl_image_needs_its_file_in_the_same_root)
{
    struct fixture f = start(NULL);
    json_t *list;

    show(&f, "", "etc/wsl.conf", ENTRY_FILE, "", 0, true);
    show(&f, "", "etc/wsl-distribution.conf", ENTRY_SYMLINK, "", 0, true);
    show(&f, "p1", "etc/wsl.conf", ENTRY_SYMLINK, "", 0, true);
    show(&f, "home/a/b.tar", "etc/wsl.conf", ENTRY_FILE, "", 0, true);
    list = finish(&f);
    ck_assert_uint_eq(fixture_count(list, "wsl.distribution-conf"), 1);
    ck_assert_str_eq(assay_json_string(fixture_find(list, "wsl.distribution-conf"), "path", ""),
                     "p1/etc/wsl-distribution.conf");
    json_decref(list);
}
END_TEST

START_TEST(too_many_systems_are_said_not_to_be_checked)
{
    struct fixture f = start(NULL);
    char container[16];
    json_t *list;

    for (int i = 1; i <= 40; i++) {
        snprintf(container, sizeof(container), "p%d", i);
        show(&f, container, "etc/wsl.conf", ENTRY_FILE, "", 0, true);
    }
    list = finish(&f);
    ck_assert_uint_eq(fixture_count(list, "wsl.distribution-conf"), 32);
    ck_assert_uint_eq(fixture_count(list, "unaudited.budget"), 8);
    json_decref(list);
}
END_TEST

START_TEST(no_secret_is_in_a_finding)
{
    static const char *const secrets[] = {SHA512, "correct horse", "b3BlbnNzaC1rZXktdjEAAAAABG5vbm",
                                          "fedcba9876543210fedcba9876543210"};
    static const char users[] = "{\"users\": [{\"password\": \"correct horse\"}]}";
    struct fixture f = start(NULL);
    _cleanup_free_ char *text = NULL;
    json_t *list;

    show(&f, "", "etc/shadow", ENTRY_FILE, "mira:" SHA512 ":1:\n", strlen("mira:" SHA512 ":1:\n"),
         true);
    show(&f, "", STORE "users-groups.json", ENTRY_FILE, users, strlen(users), true);
    show(&f, "", "etc/ssh/ssh_host_rsa_key", ENTRY_FILE, PEM, strlen(PEM), true);
    show(&f, "", "etc/machine-id", ENTRY_FILE, secrets[3], strlen(secrets[3]), true);
    list = finish(&f);
    ck_assert_uint_eq(json_array_size(list), 4);
    text = json_dumps(list, 0);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
        ck_assert_ptr_null(strstr(text, secrets[i]));
    json_decref(list);
}
END_TEST

START_TEST(what_was_cut_off_is_unaudited)
{
    static const char *const paths[] = {"etc/shadow", STORE "users-groups.json"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct fixture f = start(NULL);
        json_t *list;

        show(&f, "", paths[i], ENTRY_FILE, "a:!:1:", 6, false);
        list = finish(&f);
        ck_assert_uint_eq(json_array_size(list), 1);
        ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "rule", ""),
                         "unaudited.budget");
        json_decref(list);
    }
}
END_TEST

START_TEST(only_regular_files_are_read)
{
    static const enum entry_type types[] = {ENTRY_DIR,  ENTRY_SYMLINK, ENTRY_HARDLINK, ENTRY_DEVICE,
                                            ENTRY_FIFO, ENTRY_SOCKET,  ENTRY_FREE,     ENTRY_META};
    struct fixture f = start(NULL);
    json_t *list;

    ck_assert_int_eq(show(&f, "", "etc/machine-id", ENTRY_FILE, "", 0, true), 1);
    ck_assert_int_eq(show(&f, "", "etc/fstab", ENTRY_FILE, "", 0, true), 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        ck_assert_int_eq(show(&f, "", "etc/machine-id", types[i], "", 0, true), 0);
    list = finish(&f);
    json_decref(list);
}
END_TEST

START_TEST(a_hard_link_to_what_no_check_saw_is_unaudited)
{
    static const struct {
        const char *path, *link;
        bool unaudited;
    } rows[] = {
        {"etc/shadow", "./etc/shadow-", false},
        {"etc/shadow", "srv/kept", true},
        {"etc/machine-id", NULL, true},
        {STORE "users-groups.json", "./nix/store/.links/1b9p07z77phvv2hf6gm9f28syp39f1ag5w0",
         false},
        {"srv/kept", "etc/shadow", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct entry entry = {
            .container = "", .path = rows[i].path, .type = ENTRY_HARDLINK, .link = rows[i].link};
        struct fixture f = start(NULL);
        json_t *list;

        ck_assert_int_eq(checks_entry(f.checks, &entry), 0);
        list = finish(&f);
        ck_assert_msg(json_array_size(list) == rows[i].unaudited, "row %zu", i);
        if (rows[i].unaudited)
            ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "rule", ""),
                             "unaudited.unsupported");
        json_decref(list);
    }
}
END_TEST

START_TEST(the_policy_sets_severity_and_turns_off)
{
    struct fixture f = start("{\"hygiene.resolv-conf\": {\"severity\": \"critical\"},"
                             "\"hygiene.machine-id\": {\"enabled\": false}}");
    json_t *list;

    ck_assert_int_eq(show(&f, "", "etc/machine-id", ENTRY_FILE, "abc", 3, true), 0);
    ck_assert_int_eq(show(&f, "", "etc/resolv.conf", ENTRY_FILE, "abc", 3, true), 1);
    list = finish(&f);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "severity", ""), "critical");
    json_decref(list);
}
END_TEST

START_TEST(bad_settings_are_refused)
{
    static const char *const rows[] = {"{\"hygiene.nothing\": {}}",
                                       "{\"hygiene.machine-id\": {\"severity\": \"worst\"}}"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct findings *findings = findings_new(fixture_key);
        struct checks *checks = NULL;
        struct assay_error err = {0};
        struct checks_job job = {0};
        json_t *settings = NULL;

        ck_assert_int_eq(assay_json_parse(rows[i], strlen(rows[i]), "row", &settings, &err), 0);
        job.policy = json_pack("{s:o}", "checks", settings);
        ck_assert_int_eq(checks_new(&job, findings, &checks, &err), -EINVAL);
        ck_assert_ptr_nonnull(strstr(err.text, "checks.hygiene."));
        ck_assert_ptr_null(checks);
        json_decref((json_t *)(uintptr_t)job.policy);
        findings_free(findings);
    }
}
END_TEST

START_TEST(every_check_says_what_and_why)
{
    json_t *list = checks_json(), *seen = json_object();

    ck_assert_uint_ge(json_array_size(list), 8);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *check = json_array_get(list, i);
        const char *id = assay_json_string(check, "id", ""), *dot = strchr(id, '.');
        const char *class = assay_json_string(check, "class", "");

        ck_assert_msg(dot && strncmp(id, class, (size_t)(dot - id)) == 0, "%s in %s", id, class);
        ck_assert_uint_ge(strlen(assay_json_string(check, "help", "")), 40);
        ck_assert_uint_ge(strlen(assay_json_string(check, "title", "")), 5);
        ck_assert_ptr_null(json_object_get(seen, id));
        json_object_set_new(seen, id, json_true());
    }
    json_decref(seen);
    json_decref(list);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_file_gives_what_it_should,
                                  a_wsl_image_needs_its_file_in_the_same_root,
                                  too_many_systems_are_said_not_to_be_checked,
                                  no_secret_is_in_a_finding,
                                  what_was_cut_off_is_unaudited,
                                  only_regular_files_are_read,
                                  a_hard_link_to_what_no_check_saw_is_unaudited,
                                  the_policy_sets_severity_and_turns_off,
                                  bad_settings_are_refused,
                                  every_check_says_what_and_why,
                                  NULL};

    return suite_run("checks", tests, NULL, NULL);
}
