/* Checks that go by names, modes and owners. */
#include "checks_fixture.h"
#include "suite.h"

#include "checks/check.h"

#define STORE "nix/store/0123456789abcdfghijklmnpqrsvwxyz-"

START_TEST(globs_match_as_documented)
{
    static const struct {
        const char *glob, *path;
        bool matches;
    } rows[] = {
        {"etc/a", "etc/a", true},
        {"etc/a", "etc/ab", false},
        {"etc/ab", "etc/a", false},
        {"etc/a", "srv/etc/a", false},
        {"etc/*", "etc/a", true},
        {"etc/*", "etc/a/b", false},
        {"etc/*", "etc/", true},
        {"etc/*~", "etc/a~", true},
        {"etc/a*/c", "etc/ab/c", true},
        {"etc/[ab]", "etc/b", true},
        {"etc/[ab]", "etc/c", false},
        {"etc/**", "etc/a/b", true},
        {"etc/**", "etc/a", true},
        {"etc/**", "etc", false},
        {"etc/**", "etc/", false},
        {"a/*/.git/**", "a/b/.git/HEAD", true},
        {"a/*/.git/**", "a/b/.git/refs/heads/main", true},
        {"a/*/.git/**", "a/b/c/.git/HEAD", false},
        {"a/*/.git/**", "a/b/.gitignore", false},
        {"~/.x", "root/.x", true},
        {"~/.x", "home/mira/.x", true},
        {"~/.x", "home/.x", false},
        {"~/.x", "home/mira/src/.x", false},
        {"~/.x", "etc/.x", false},
        {"~/.x/**", "home/mira/.x/y/z", true},
        {"**/.*.sw[a-p]", "srv/deep/.file.swp", true},
        {"**/.*.sw[a-p]", ".file.swo", true},
        {"**/.*.sw[a-p]", "srv/.file.swp/x", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        ck_assert_msg(check_path_matches(rows[i].glob, rows[i].path) == rows[i].matches, "%s %s",
                      rows[i].glob, rows[i].path);
}
END_TEST

/* A file with a byte of content gives just the rule, or nothing. */
START_TEST(a_name_gives_what_it_should)
{
    static const struct {
        const char *path, *rule;
    } rows[] = {
        {"var/lib/systemd/random-seed", "hygiene.random-seed"},
        {"boot/loader/random-seed", "hygiene.random-seed"},
        {"srv/random-seed", NULL},
        {"var/lib/systemd/credential.secret", "hygiene.credential-secret"},
        {"var/log/journal/0123/system.journal", "hygiene.journal"},
        {"var/log/dpkg.log", "hygiene.logs"},
        {"var/log/apt/history.log", "hygiene.logs"},
        {"var/log/README", NULL},
        {"var/logs/a", NULL},
        {"tmp/build.sh", "hygiene.leftover-tmp"},
        {"var/tmp/a/b", "hygiene.leftover-tmp"},
        {"srv/tmp/a", NULL},
        {"var/cache/apt/archives/jq_1.6_amd64.deb", "hygiene.package-cache"},
        {"var/lib/apt/lists/deb.example_InRelease", "hygiene.package-cache"},
        {"home/mira/.cache/pip/http/a", "hygiene.package-cache"},
        {"var/lib/apt/lists/lock", NULL},
        {"var/cache/fontconfig/a", NULL},
        {"var/lib/cloud/instances/i-1/user-data.txt", "hygiene.cloud-init"},
        {"var/lib/cloud/scripts/a", NULL},
        {"var/lib/dhcp/dhclient.eth0.leases", "hygiene.dhcp-lease"},
        {"var/lib/NetworkManager/internal-1-eth0.lease", "hygiene.dhcp-lease"},
        {"var/lib/NetworkManager/secret_key", "hygiene.network-secret-key"},
        {"var/lib/dhcp/README", NULL},
        {"etc/udev/rules.d/70-persistent-net.rules", "hygiene.udev-persistent-net"},
        {"etc/udev/rules.d/60-own.rules", NULL},
        {"etc/blkid.tab", "hygiene.device-cache"},
        {"etc/lvm/lvm.conf", NULL},
        {"var/mail/root", "hygiene.mail-spool"},
        {"var/spool/postfix/deferred/A/A1", "hygiene.mail-spool"},
        {"home/mira/Maildir/new/1", "hygiene.mail-spool"},
        {"var/spool/cron/root", NULL},
        {"etc/.fstab.swp", "hygiene.editor-leftovers"},
        {"etc/ssh/sshd_config~", "hygiene.editor-leftovers"},
        {"usr/share/a~", NULL},
        {"var/crash/_usr_bin_x.1000.crash", "hygiene.crash-report"},
        {"var/lib/systemd/coredump/core.x.zst", "hygiene.crash-report"},

        {"build/source/Makefile", "nixos.build-directory"},
        {"nix/var/nix/builds/nix-1/env-vars", "nixos.build-directory"},
        {"home/mira/build/a", NULL},
        {"home/mira/.cache/nix/eval-cache-v5/a.sqlite", "nixos.user-state"},
        {"root/.local/share/nix/trusted-settings.json", "nixos.user-state"},
        {"root/.cache/fontconfig/a", NULL},
        {"nix/var/nix/gc.lock", "nixos.store-locks"},
        {"nix/var/nix/temproots/4711", "nixos.store-locks"},
        {STORE "a.lock", "nixos.store-locks"},
        {STORE "a/flake.lock", NULL},
        {"nix/var/log/nix/drvs/ab/cd-x.drv.bz2", "nixos.build-logs"},
        {"var/lib/sops-nix/key.txt", "nixos.decryption-key"},
        {"home/mira/.config/sops/age/keys.txt", "nixos.decryption-key"},
        {"etc/sops.yaml", NULL},
        {"run/secrets.d/1/token", "nixos.decrypted-secrets"},
        {"run/agenix.d/1/token", "nixos.decrypted-secrets"},
        {"run/lock/a", NULL},
        {STORE "source/.git/HEAD", "nixos.git-history"},
        {"etc/nixos/.git/HEAD", "nixos.git-history"},
        {STORE "source/.gitignore", NULL},
        {"etc/nixos/configuration.nix", "nixos.configuration"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct fixture f = fixture_new(NULL, NULL);
        json_t *list;

        fixture_file(&f, rows[i].path, "x");
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == (rows[i].rule != NULL), "%s: %zu findings",
                      rows[i].path, json_array_size(list));
        if (rows[i].rule)
            ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "rule", ""), rows[i].rule);
        json_decref(list);
    }
}
END_TEST

START_TEST(what_is_empty_is_left_alone_but_for_locks)
{
    struct fixture f = fixture_new(NULL, NULL);
    json_t *list;

    fixture_file(&f, "var/log/wtmp", "");
    fixture_file(&f, "var/lib/systemd/random-seed", "");
    fixture_file(&f, "nix/var/nix/gc.lock", "");
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_ptr_nonnull(fixture_find(list, "nixos.store-locks"));
    json_decref(list);
}
END_TEST

START_TEST(links_count_where_they_tell_something)
{
    struct fixture f = fixture_new(NULL, NULL);
    json_t *list;

    fixture_link(&f, "nix/var/nix/gcroots/auto/0a1b", "/home/mira/src/nixos/result");
    fixture_link(&f, "nix/var/nix/profiles/per-user/root/channels", "channels-1-link");
    fixture_link(&f, "nix/var/nix/gcroots/current-system", "/run/current-system");
    fixture_link(&f, "nix/var/nix/profiles/system", "system-1-link");
    fixture_link(&f, "var/log/journal/x", "/dev/null");
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_ptr_nonnull(fixture_find(list, "nixos.gc-roots"));
    ck_assert_ptr_nonnull(fixture_find(list, "nixos.channel-profile"));
    json_decref(list);
}
END_TEST

START_TEST(other_archives_are_not_the_system)
{
    const struct entry entry = {.container = "srv/backup.tar",
                                .path = "var/lib/systemd/random-seed",
                                .type = ENTRY_FILE,
                                .mode = 04777,
                                .size = 1};
    struct fixture f = fixture_new(NULL, NULL);
    json_t *list;

    fixture_entry(&f, &entry, "x", 1, true);
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 0);
    json_decref(list);
}
END_TEST

START_TEST(modes_give_what_they_should)
{
    static const struct {
        const char *path;
        enum entry_type type;
        uint32_t mode;
        int uid;
        const char *rule;
    } rows[] = {
        {"usr/bin/su", ENTRY_FILE, 04755, 0, "hygiene.setuid-system"},
        {"usr/sbin/unix_chkpwd", ENTRY_FILE, 02755, 0, "hygiene.setuid-system"},
        {"usr/bin/ls", ENTRY_FILE, 0755, 0, NULL},
        {"var/mail", ENTRY_DIR, 02775, 0, NULL},
        {"run/wrappers/wrappers.1/su", ENTRY_FILE, 04511, 0, NULL},
        {"home/mira/bin/x", ENTRY_FILE, 04755, 1000, "hygiene.setuid"},
        {STORE "su/bin/su", ENTRY_FILE, 04555, 0, "hygiene.setuid"},
        {"etc/motd", ENTRY_FILE, 0666, 0, "hygiene.world-writable"},
        {"srv/in", ENTRY_DIR, 0777, 0, "hygiene.world-writable"},
        {"var/spool/in", ENTRY_DIR, 01777, 0, NULL},
        {"dev/null", ENTRY_DEVICE, 0666, 0, NULL},
        {"etc/link", ENTRY_SYMLINK, 0777, 0, NULL},
        {"EFI/BOOT/BOOTX64.EFI", ENTRY_FILE, 0777, -1, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct entry entry = {.container = "",
                                    .path = rows[i].path,
                                    .type = rows[i].type,
                                    .mode = rows[i].mode,
                                    .uid = rows[i].uid,
                                    .gid = rows[i].uid,
                                    .size = 1};
        struct fixture f = fixture_new(NULL, NULL);
        json_t *list;

        fixture_entry(&f, &entry, "x", 1, true);
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == (rows[i].rule != NULL), "%s: %zu", rows[i].path,
                      json_array_size(list));
        if (rows[i].rule)
            ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "rule", ""), rows[i].rule);
        json_decref(list);
    }
}
END_TEST

START_TEST(many_of_a_kind_are_counted)
{
    struct fixture f = fixture_new(NULL, NULL);
    char path[64];
    json_t *list;
    size_t i, counted = 0;
    json_t *one;

    for (i = 0; i < 1000; i++) {
        snprintf(path, sizeof(path), "var/log/%zu.log", i);
        fixture_file(&f, path, "x");
    }
    list = fixture_finish(&f);
    ck_assert_uint_eq(fixture_count(list, "hygiene.logs"), CHECK_MANY + 1);
    json_array_foreach(list, i, one)
    {
        counted += strstr(assay_json_string(one, "message", ""), " 979 further places") != NULL;
    }
    ck_assert_uint_eq(counted, 1);
    json_decref(list);
}
END_TEST

START_TEST(a_policy_makes_exceptions)
{
    struct fixture f =
        fixture_new("{\"exceptions\": [{\"check\": \"hygiene.logs\", \"path\": \"/var/log/a*\"},"
                    "{\"check\": \"hygiene.journal\", \"path\": \"/var/log/*\", \"value\": \"x\"},"
                    "{\"check\": \"hygiene.logs\", \"value\": \"b\"}]}",
                    NULL);
    json_t *list;

    fixture_file(&f, "var/log/a/1", "x");
    fixture_file(&f, "var/log/b", "x");
    fixture_file(&f, "var/log/journal/1/a.journal", "x");
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_str_eq(assay_json_string(fixture_find(list, "hygiene.logs"), "path", ""),
                     "/var/log/b");
    json_decref(list);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {globs_match_as_documented,
                                  a_name_gives_what_it_should,
                                  what_is_empty_is_left_alone_but_for_locks,
                                  links_count_where_they_tell_something,
                                  other_archives_are_not_the_system,
                                  modes_give_what_they_should,
                                  many_of_a_kind_are_counted,
                                  a_policy_makes_exceptions,
                                  NULL};

    return suite_run("checks_paths", tests, NULL, NULL);
}
