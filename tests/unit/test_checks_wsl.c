/* Checks of WSL distributions: a tree that passes, and each way in which it goes wrong. */
#include <stdio.h>

#include "checks/system.h"
#include "checks_fixture.h"
#include "suite.h"

#define STORE "nix/store/0123456789abcdfghijklmnpqrsvwxyz-"
#define ELF(machine) \
    "\x7f"           \
    "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0" machine "\0rest"
#define X86_64 ELF("\x3e")
#define AARCH64 ELF("\xb7")

#define DISTRIBUTION "[oobe]\ndefaultName=Tiger-Team\n[shortcut]\nicon=/usr/share/wsl/a.ico\n"
#define CONF "[boot]\nsystemd=true\n[network]\nhostname=tiger\n"

/* The tree that passes. A row of a test replaces the entry of its path or, with a type of -1, takes
 * it out. */
struct file {
    const char *path;
    int type;
    uint32_t mode;
    int uid;
    const char *content;
    size_t len; /* 0: strlen(content) */
};

static const struct file good[] = {
    {".", ENTRY_DIR, 0755, 0, "", 0},
    {"etc", ENTRY_DIR, 0755, 0, "", 0},
    {"etc/wsl.conf", ENTRY_FILE, 0644, 0, CONF, 0},
    {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0, DISTRIBUTION, 0},
    {"etc/passwd", ENTRY_FILE, 0644, 0, "root:x:0:0::/root:/bin/sh\nmira:x:1000:100::/h:/bin/sh\n",
     0},
    {"etc/shadow", ENTRY_FILE, 0640, 0, "root:!:1::::::\n", 0},
    {"etc/hostname", ENTRY_FILE, 0644, 0, "tiger\n", 0},
    {"bin/sh", ENTRY_FILE, 0755, 0, X86_64, sizeof(X86_64)},
    {"bin/true", ENTRY_FILE, 0755, 0, X86_64, sizeof(X86_64)},
    {"sbin/init", ENTRY_SYMLINK, 0777, 0, "../bin/sh", 0},
    {"usr/share/wsl/a.ico", ENTRY_FILE, 0644, 0, "\0\0\1\0\1\0", 6},
};

static void show(struct fixture *f, const struct file *file)
{
    size_t len = file->len ? file->len : strlen(file->content);
    bool link = file->type == ENTRY_SYMLINK || file->type == ENTRY_HARDLINK;
    const struct entry entry = {.container = "",
                                .path = file->path,
                                .type = (enum entry_type)file->type,
                                .mode = file->mode,
                                .uid = file->uid,
                                .gid = file->uid,
                                .size = (int64_t)len,
                                .link = link ? file->content : NULL};

    fixture_entry(f, &entry, file->content, len, true);
}

/* The findings of the good tree with some files in the place of those of the same path. */
static json_t *check_tree(const struct file *changes, size_t n, const char *policy)
{
    struct fixture f = fixture_new(policy, "tiger.wsl");

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        bool replaced = false;

        for (size_t j = 0; j < n; j++)
            replaced |= strcmp(changes[j].path, good[i].path) == 0;
        if (!replaced)
            show(&f, &good[i]);
    }
    for (size_t j = 0; j < n; j++)
        if (changes[j].type >= 0)
            show(&f, &changes[j]);
    return fixture_finish(&f);
}

START_TEST(a_good_tree_passes)
{
    json_t *list = check_tree(NULL, 0, NULL);
    _cleanup_free_ char *text = json_dumps(list, 0);

    ck_assert_msg(json_array_size(list) == 0, "%s", text);
    json_decref(list);
}
END_TEST

START_TEST(each_flaw_is_found)
{
    static const struct {
        const char *rule;
        struct file change;
    } rows[] = {
        {"wsl.distribution-conf", {"etc/wsl-distribution.conf", -1, 0, 0, "", 0}},
        {"wsl.distribution-conf", {"etc/wsl-distribution.conf", ENTRY_SYMLINK, 0777, 0, "no", 0}},
        {"wsl.distribution-key",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0, DISTRIBUTION "[OOBE]\nName=a\n", 0}},
        {"wsl.conf-key", {"etc/wsl.conf", ENTRY_FILE, 0644, 0, CONF "[network]\nhost=a\n", 0}},
        {"wsl.file-mode", {"etc/wsl.conf", ENTRY_FILE, 0600, 0, CONF, 0}},
        {"wsl.file-mode", {"etc/shadow", ENTRY_FILE, 0644, 0, "root:!:1::::::\n", 0}},
        {"wsl.file-owner", {"etc/wsl.conf", ENTRY_FILE, 0644, 1000, CONF, 0}},
        {"wsl.oobe-command",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0,
          DISTRIBUTION "[oobe]\ncommand=/usr/lib/wsl/oobe.sh\n", 0}},
        {"wsl.default-name",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0,
          "[shortcut]\nicon=/usr/share/wsl/a.ico\n", 0}},
        {"wsl.default-name",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0,
          DISTRIBUTION "[oobe]\ndefaultName=\"Tiger Team\"\n", 0}},
        {"wsl.default-uid",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0, DISTRIBUTION "[oobe]\ndefaultUid=1001",
          0}},
        {"wsl.default-uid",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0, DISTRIBUTION "[oobe]\ndefaultUid=1000",
          0}},
        {"wsl.icon", {"usr/share/wsl/a.ico", -1, 0, 0, "", 0}},
        {"wsl.icon", {"usr/share/wsl/a.ico", ENTRY_FILE, 0644, 0, "\x89PNG", 0}},
        {"wsl.icon-place",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0, "[oobe]\ndefaultName=a\n", 0}},
        {"wsl.terminal-profile",
         {"etc/wsl-distribution.conf", ENTRY_FILE, 0644, 0,
          DISTRIBUTION "[windowsterminal]\nprofileTemplate=/usr/lib/wsl/p.json\n", 0}},
        {"wsl.user-missing",
         {"etc/wsl.conf", ENTRY_FILE, 0644, 0, CONF "[user]\ndefault=ida\n", 0}},
        {"wsl.user-set", {"etc/wsl.conf", ENTRY_FILE, 0644, 0, CONF "[user]\ndefault=mira\n", 0}},
        {"wsl.systemd", {"etc/wsl.conf", ENTRY_FILE, 0644, 0, "[network]\nhostname=tiger\n", 0}},
        {"wsl.init", {"sbin/init", -1, 0, 0, "", 0}},
        {"wsl.init", {"sbin/init", ENTRY_FILE, 0755, 0, "#!/bin/sh\n", 0}},
        {"wsl.passwd", {"etc/passwd", -1, 0, 0, "", 0}},
        {"wsl.passwd", {"etc/passwd", ENTRY_FILE, 0644, 0, "root:x:0:0::/root\n", 0}},
        {"wsl.passwd", {"etc/passwd", ENTRY_FILE, 0644, 0, "root:x:a:0::/root:/bin/sh\n", 0}},
        {"wsl.passwd", {"etc/passwd", ENTRY_FILE, 0644, 0, "toor:x:0:0::/root:/bin/sh\n", 0}},
        {"wsl.passwd", {"etc/passwd", ENTRY_FILE, 0644, 0, "a:x:1:0::/root:/bin/sh\n", 0}},
        {"wsl.passwd",
         {"etc/passwd", ENTRY_FILE, 0644, 0, "root:x:0:0::/:/b\na:x:1:1::/:/b\nb:x:1:1::/:/b\n",
          0}},
        {"wsl.shadow", {"etc/shadow", -1, 0, 0, "", 0}},
        {"wsl.shell", {"bin/sh", -1, 0, 0, "", 0}},
        {"wsl.shell", {"bin/bash", ENTRY_FILE, 0755, 0, "#!/bin/sh\n", 0}},
        {"wsl.shell", {"bin/bash", ENTRY_FILE, 0700, 0, X86_64, sizeof(X86_64)}},
        {"wsl.shell", {"bin/bash", ENTRY_FILE, 0755, 0, ELF("\x28"), sizeof(X86_64)}},
        {"wsl.true", {"bin/true", -1, 0, 0, "", 0}},
        {"wsl.architecture", {"bin/true", ENTRY_FILE, 0755, 0, AARCH64, sizeof(AARCH64)}},
        {"wsl.unit-enabled",
         {"etc/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service", ENTRY_SYMLINK,
          0777, 0, "/usr/lib/systemd/system/systemd-tmpfiles-setup.service", 0}},
        {"wsl.unit-enabled",
         {"usr/lib/systemd/user/default.target.wants/systemd-tmpfiles-clean.timer", ENTRY_SYMLINK,
          0777, 0, "../systemd-tmpfiles-clean.timer", 0}},
        {"wsl.resolv-conf", {"etc/resolv.conf", ENTRY_FILE, 0644, 0, "", 0}},
        {"wsl.resolv-conf", {"etc/resolv.conf", ENTRY_SYMLINK, 0777, 0, "/run/resolv.conf", 0}},
        {"wsl.hostname", {"etc/hostname", ENTRY_FILE, 0644, 0, "buildhost\n", 0}},
        {"wsl.root-owner", {".", ENTRY_DIR, 0755, 1000, "", 0}},
        {"wsl.root-owner", {"etc", ENTRY_DIR, 0775, 0, "", 0}},
        {"wsl.kernel", {"boot/vmlinuz-6.1.0", ENTRY_FILE, 0644, 0, "MZ", 0}},
        {"wsl.kernel", {STORE "initrd-linux-6.12/initrd", ENTRY_FILE, 0444, 0, "x", 0}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *list = check_tree(&rows[i].change, 1, NULL);
        _cleanup_free_ char *text = json_dumps(list, 0);

        ck_assert_msg(fixture_find(list, rows[i].rule) != NULL, "row %zu: no %s in %s", i,
                      rows[i].rule, text);
        json_decref(list);
    }
}
END_TEST

/* What looks like a flaw and is none. */
START_TEST(what_is_fine_is_left_alone)
{
    static const struct file rows[] = {
        {"etc/wsl.conf", ENTRY_FILE, 0664, 0,
         "# boot\n [Boot]\n systemd = true \n[network]\nhostname=\"tiger\"\ngenerateHosts=true\n",
         0},
        {"etc/shadow", ENTRY_FILE, 0, 0, "root:!:1::::::\n", 0},
        {"bin/bash", ENTRY_SYMLINK, 0777, 0, "sh", 0},
        {"bin/bash", ENTRY_FILE, 0555, 0, X86_64, sizeof(X86_64)},
        {"etc/systemd/system/systemd-resolved.service", ENTRY_SYMLINK, 0777, 0, "/dev/null", 0},
        {"etc/systemd/system/multi-user.target.wants/cron.service", ENTRY_SYMLINK, 0777, 0,
         "/usr/lib/systemd/system/cron.service", 0},
        {"etc/hostname", ENTRY_FILE, 0644, 0, "localhost\n", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *list = check_tree(&rows[i], 1, NULL);
        _cleanup_free_ char *text = json_dumps(list, 0);

        ck_assert_msg(json_array_size(list) == 0, "row %zu: %s", i, text);
        json_decref(list);
    }
}
END_TEST

/* As NixOS has it: /etc leads through /etc/static into the store, and so do the units. */
START_TEST(links_are_followed_through_the_store)
{
    static const struct file rows[] = {
        {"etc/static", ENTRY_SYMLINK, 0777, 0, "/" STORE "etc/etc", 0},
        {"etc/wsl.conf", ENTRY_SYMLINK, 0777, 0, "/etc/static/wsl.conf", 0},
        {STORE "etc/etc/wsl.conf", ENTRY_SYMLINK, 0777, 0, "/" STORE "etc-wsl.conf", 0},
        {STORE "etc-wsl.conf", ENTRY_FILE, 0444, 0, CONF "[network]\nnope=1\n", 0},
        {"etc/systemd/system", ENTRY_SYMLINK, 0777, 0, "/etc/static/systemd/system", 0},
        {STORE "etc/etc/systemd/system", ENTRY_SYMLINK, 0777, 0, "/" STORE "system-units", 0},
        {STORE "system-units/sysinit.target.wants/tmp.mount", ENTRY_SYMLINK, 0777, 0,
         "../tmp.mount", 0},
        {STORE "system-units/sysinit.target.wants/systemd-resolved.service", ENTRY_SYMLINK, 0777, 0,
         "../systemd-resolved.service", 0},
        {STORE "system-units/systemd-resolved.service", ENTRY_SYMLINK, 0777, 0, "/dev/null", 0},
        {"bin/sh", ENTRY_SYMLINK, 0777, 0, "/" STORE "bash/bin/sh", 0},
        {STORE "bash/bin/sh", ENTRY_SYMLINK, 0777, 0, "bash", 0},
        {STORE "bash/bin/bash", ENTRY_FILE, 0555, 0, X86_64, sizeof(X86_64)},
    };
    json_t *list = check_tree(rows, sizeof(rows) / sizeof(*rows), NULL);
    _cleanup_free_ char *text = json_dumps(list, 0);

    ck_assert_msg(json_array_size(list) == 3, "%s", text);
    ck_assert_ptr_nonnull(strstr(
        assay_json_string(fixture_find(list, "wsl.conf-key"), "message", ""), "network.nope"));
    ck_assert_str_eq(assay_json_string(fixture_find(list, "wsl.unit-enabled"), "path", ""),
                     "/" STORE "system-units/sysinit.target.wants/tmp.mount");
    ck_assert_ptr_nonnull(fixture_find(list, "wsl.file-mode"));
    json_decref(list);
    list = check_tree(rows, sizeof(rows) / sizeof(*rows),
                      "{\"exceptions\": [{\"check\": \"wsl.file-mode\", \"path\": \"/nix/store/*\","
                      "\"value\": \"0444\"}, {\"check\": \"wsl.conf-key\", \"value\":"
                      "\"network.nope\"}, {\"check\": \"wsl.unit-enabled\", \"value\":"
                      "\"tmp.mount\"}]}");
    ck_assert_uint_eq(json_array_size(list), 0);
    json_decref(list);
}
END_TEST

START_TEST(links_in_circles_and_to_nowhere_end)
{
    static const struct file rows[] = {
        {"etc/wsl.conf", ENTRY_SYMLINK, 0777, 0, "wsl.conf", 0},
        {"bin/sh", ENTRY_SYMLINK, 0777, 0, "../../../../bin/dash", 0},
        {"bin/dash", ENTRY_SYMLINK, 0777, 0, "sh", 0},
    };
    json_t *list = check_tree(rows, sizeof(rows) / sizeof(*rows), NULL);

    ck_assert_ptr_nonnull(fixture_find(list, "wsl.shell"));
    json_decref(list);
}
END_TEST

START_TEST(what_was_not_read_is_unaudited)
{
    static const struct file rows[] = {
        {"etc/wsl.conf", ENTRY_SYMLINK, 0777, 0, "/srv/deep/folder/conf", 0},
        {"srv/deep/folder/conf", ENTRY_FILE, 0644, 0, CONF, 0},
    };
    json_t *list = check_tree(rows, sizeof(rows) / sizeof(*rows), NULL);

    ck_assert_ptr_nonnull(fixture_find(list, "unaudited.unsupported"));
    json_decref(list);
}
END_TEST

START_TEST(a_tree_in_a_folder_is_said_to_be)
{
    struct fixture f = fixture_new(NULL, "tiger.wsl");
    json_t *list;

    fixture_file(&f, "rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    fixture_file(&f, "rootfs/bin/sh", X86_64);
    list = fixture_finish(&f);
    ck_assert_ptr_nonnull(fixture_find(list, "wsl.leading-folder"));
    json_decref(list);
}
END_TEST

START_TEST(what_is_no_wsl_image_is_not_judged_as_one)
{
    static const char *const names[] = {NULL, "root.tar", "disk.img", "tiger.wsl"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct fixture f = fixture_new(NULL, names[i]);
        json_t *list;

        /* The last one by name only: it holds no system. */
        fixture_file(&f, i < 3 ? "etc/passwd" : "notes.txt", "root:x:0:0::/root:/bin/sh\n");
        list = fixture_finish(&f);
        ck_assert_uint_eq(json_array_size(list), 0);
        json_decref(list);
    }
}
END_TEST

START_TEST(format_and_attributes_are_looked_at)
{
    static const struct entry_xattr xattr = {.name = "security.selinux"};
    const struct entry entry = {.container = "",
                                .path = "usr/bin/a",
                                .type = ENTRY_FILE,
                                .mode = 0755,
                                .size = 1,
                                .xattrs = &xattr,
                                .n_xattrs = 1};
    struct fixture f = fixture_new(NULL, "tiger.wsl");
    json_t *list;

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        show(&f, &good[i]);
    fixture_entry(&f, &entry, "x", 1, true);
    checks_artifact(f.checks, "zstd+tar", 1000);
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_ptr_nonnull(fixture_find(list, "wsl.compression"));
    ck_assert_ptr_nonnull(fixture_find(list, "wsl.xattrs"));
    json_decref(list);
}
END_TEST

START_TEST(more_paths_than_are_kept_are_not_taken_for_missing)
{
    struct fixture f = fixture_new(NULL, NULL);
    char path[64];
    json_t *list;

    fixture_file(&f, "etc/wsl.conf", CONF);
    for (unsigned i = 0; i < SYSTEM_NODES_MAX; i++) {
        snprintf(path, sizeof(path), "a/%u", i);
        fixture_link(&f, path, "b");
    }
    fixture_file(&f, "bin/sh", X86_64);
    list = fixture_finish(&f);
    ck_assert_ptr_null(fixture_find(list, "wsl.shell"));
    ck_assert_ptr_nonnull(fixture_find(list, "unaudited.budget"));
    json_decref(list);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_good_tree_passes,
                                  each_flaw_is_found,
                                  what_is_fine_is_left_alone,
                                  links_are_followed_through_the_store,
                                  links_in_circles_and_to_nowhere_end,
                                  what_was_not_read_is_unaudited,
                                  a_tree_in_a_folder_is_said_to_be,
                                  what_is_no_wsl_image_is_not_judged_as_one,
                                  format_and_attributes_are_looked_at,
                                  more_paths_than_are_kept_are_not_taken_for_missing,
                                  NULL};

    return suite_run("checks_wsl", tests, NULL, NULL);
}
