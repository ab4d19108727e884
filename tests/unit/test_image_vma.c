/* Proxmox's backups: what is damaged or lies, and that nothing of it goes unscanned. */
#include "image_support.h"

static struct seen seen;

/* Makes `artifact` of a bare ext4 of tree/ and a bit more, `options` added. */
static void make(const char *options)
{
    sh("rm -rf tree disk artifact; mkdir tree; seq 20000 >tree/seq; truncate -s 4M disk;"
       "mke2fs -q -F -t ext4 -b 4096 -d tree disk; truncate -s +1000 disk; echo cores: 2 >conf;"
       "python3 %s/tests/formats/make/vma.py artifact --config qemu-server.conf=conf %s "
       "drive-scsi0=disk",
       ASSAY_SOURCE_DIR, options);
}

static bool needle_in(const char *where)
{
    return find(&seen, where) && find(&seen, where)->needle;
}

START_TEST(what_is_no_devices_is_scanned)
{
    make("--slack");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_files(&seen, "drive-scsi0!");
    ck_assert(needle_in("(headers)"));
    ck_assert(!needle_in("drive-scsi0!(free)"));
    ck_assert_str_eq(find(&seen, "qemu-server.conf")->head, "cores: 2\n");
    ck_assert_str_eq(seen.result.format, "vma");
}
END_TEST

START_TEST(what_lies_is_reported_and_scanned)
{
    static const struct {
        const char *options, *where, *tells;
        enum unread_reason reason;
        bool needle;
    } rows[] = {
        {"--twice 2", "", "1 clusters were there before", UNREAD_CORRUPT, true},
        {"--strange", "", "header does not name", UNREAD_CORRUPT, true},
        {"--behind", "", "behind their device's end", UNREAD_CORRUPT, true},
        {"--drop 3", "drive-scsi0", "1 of the device's 65 clusters", UNREAD_CORRUPT, false},
        {"--claim 9000000", "drive-scsi0", "clusters are missing", UNREAD_CORRUPT, false},
        {"--claim 65536 --slack", "", "behind their device's end", UNREAD_CORRUPT, true},
        {"--claim 4611686018427387904 --slack", "drive-scsi0", "too much", UNREAD_BUDGET, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct unread *unread;

        make(rows[i].options);
        walk_whole(&seen, "artifact");
        unread = find_unread(&seen, rows[i].where, rows[i].reason);
        ck_assert_msg(unread && strstr(unread->detail, rows[i].tells), "%s: %s", rows[i].options,
                      unread ? unread->detail : "not reported");
        ck_assert_msg(needle_in("(headers)") == rows[i].needle, "%s", rows[i].options);
    }
}
END_TEST

START_TEST(damage_is_reported_and_the_rest_scanned)
{
    static const char *const damages[] = {
        "printf x | dd of=artifact bs=1 seek=100 conv=notrunc",      /* the header */
        "printf '\\377' | dd of=artifact bs=1 seek=56 conv=notrunc", /* its length */
        "printf x | dd of=artifact bs=1 seek=12900 conv=notrunc",    /* an extent's header */
        "printf VMAF | dd of=artifact bs=1 seek=12800 conv=notrunc",
        "truncate -s -1 artifact",
        "truncate -s 20000 artifact",
        "truncate -s 12900 artifact",
        "truncate -s 12000 artifact",
        "truncate -s 100 artifact",
        "echo garbage >>artifact",
    };

    for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
        make("");
        sh("printf ' " NEEDLE " ' | dd of=artifact bs=1 conv=notrunc seek=30000; %s", damages[i]);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread > 0, "%s", damages[i]);
        if (strncmp(damages[i], "truncate", 8) == 0)
            continue;
        for (size_t k = 0; k <= seen.n; k++) {
            ck_assert_msg(k < seen.n, "not scanned: %s", damages[i]);
            if (seen.records[k].needle)
                break;
        }
    }
}
END_TEST

START_TEST(an_extent_of_another_backup_is_refused)
{
    make("");
    sh("mv artifact a");
    make("");
    sh("{ cat artifact; tail -c +12801 a; } >both");
    walk_whole(&seen, "both");
    ck_assert(strstr(find_unread(&seen, "", UNREAD_CORRUPT)->detail, "another backup"));
    compare_files(&seen, "drive-scsi0!");
}
END_TEST

START_TEST(one_in_another_container)
{
    make("--shuffle");
    sh("zstd -q artifact -o vm.vma.zst; tar -cf all.tar vm.vma.zst");
    walk_whole(&seen, "all.tar");
    nothing_unread(&seen);
    compare_files(&seen, "vm.vma.zst!drive-scsi0!");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_vma");
    TCase *tests = tcase_create("vma");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_no_devices_is_scanned);
    tcase_add_test(tests, what_lies_is_reported_and_scanned);
    tcase_add_test(tests, damage_is_reported_and_the_rest_scanned);
    tcase_add_test(tests, an_extent_of_another_backup_is_refused);
    tcase_add_test(tests, one_in_another_container);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
