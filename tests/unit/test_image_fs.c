/* File systems beyond their files: what is encrypted, damaged, deleted, or stands in no file. */
#include "image_support.h"

static struct seen seen;

#define MAKE ASSAY_SOURCE_DIR "/tests/formats/make/"

/* A deleted file that holds the needle; a name may stand in a directory's slack as well. */
static struct record *deleted(const char *where)
{
    for (size_t i = 0; i < seen.n; i++)
        if (strcmp(seen.records[i].where, where) == 0 && seen.records[i].needle) {
            ck_assert_int_eq(seen.records[i].in, ENTRY_IN_DELETED);
            return &seen.records[i];
        }
    for (size_t i = 0; i < seen.n; i++)
        fprintf(stderr, "%s\n", seen.records[i].where);
    ck_abort_msg("not found: %s", where);
    return NULL;
}

/* --- encrypted -------------------------------------------------------------------------------- */

START_TEST(encrypted_files_are_told_of_and_their_bytes_scanned)
{
    sh("mkdir tree; printf " NEEDLE " >tree/f; truncate -s 16M artifact;"
       "mke2fs -q -F -t ext4 -O encrypt -d tree artifact; debugfs -w -R 'sif f flags 0x80800' "
       "artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_ptr_nonnull(find_unread(&seen, "f", UNREAD_ENCRYPTED));
    ck_assert(find(&seen, "f")->needle);
    sh("rm artifact; truncate -s 16M artifact; mkntfs -q -F artifact; { printf " NEEDLE "; head -c "
       "4076 /dev/zero; printf '\\0\\0'; } >f; ntfscp artifact f /f; python3 " MAKE
       "ntfs_fill.py artifact encrypt /f");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_ptr_nonnull(find_unread(&seen, "f", UNREAD_ENCRYPTED));
    ck_assert(find(&seen, "f")->needle);
}
END_TEST

/* --- damage ----------------------------------------------------------------------------------- */

START_TEST(wrong_checksums_are_told_of_and_content_is_read)
{
    static const struct {
        const char *where, *damage, *says;
    } rows[] = {
        /* a byte of the inode that says nothing: its generation's */
        {"f",
         "$(debugfs -R 'imap f' artifact | sed -n 's/.*block \\([0-9]*\\), offset "
         "0x\\([0-9a-f]*\\)/\\1 * 4096 + 0x\\2 + 100/p')",
         "its inode"},
        {"d", "$(debugfs -R 'bmap d 0' artifact) * 4096 + 4000", "the directory"},
        {"", "1024 + 0x30", "the superblock"},
        {"",
         "$(dumpe2fs artifact | sed -n 's/.*Block bitmap at \\([0-9]*\\) .*/\\1/p' | head -n 1) "
         "* 4096 + 1000",
         "the block bitmap"},
        {"many",
         "$(debugfs -R 'dump_extents many' artifact | awk '$1 == \"0/\" {print $8; exit}') * "
         "4096 + 4000",
         "the map of its blocks"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sh("rm -rf artifact tree; mkdir -p tree/d; printf " NEEDLE " >tree/f; cp tree/f tree/d/g;"
           "i=0; while [ $i -lt 40 ]; do printf piece | dd of=tree/many bs=1 seek=$((i * 8192)) "
           "conv=notrunc; i=$((i + 1)); done; printf " NEEDLE " >>tree/many;"
           "truncate -s 32M artifact; mke2fs -q -F -b 4096 -t ext4 -O metadata_csum -d tree "
           "artifact; printf '\\125' | dd of=artifact bs=1 seek=$((%s)) conv=notrunc",
           rows[i].damage);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread == 1, "%s: %zu", rows[i].says, seen.n_unread);
        ck_assert_str_eq(seen.unread[0].where, rows[i].where);
        ck_assert_ptr_nonnull(strstr(seen.unread[0].detail, rows[i].says));
        ck_assert(find(&seen, "f")->needle);
        ck_assert(find(&seen, "d/g")->needle);
        ck_assert(find(&seen, "many")->needle);
    }
}
END_TEST

START_TEST(a_large_attribute_is_read_whole)
{
    char path[128], value[3001];

    snprintf(value, sizeof(value), "%2980s%s", "", NEEDLE);
    sh("mkdir tree; echo x >tree/f");
    snprintf(path, sizeof(path), "%s/tree/f", folder);
    ck_assert_int_eq(setxattr(path, "user.large", value, strlen(value), 0), 0);
    sh("truncate -s 16M artifact; mke2fs -q -F -b 1024 -t ext4 -O ea_inode -d tree artifact;"
       "debugfs -R 'ea_list f' artifact | grep -q 'user.large (3'");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_ptr_nonnull(strstr(find(&seen, "f")->xattr, NEEDLE));
}
END_TEST

/* Writes `bytes` (printf's escapes) at `at`, a shell expression. */
static void patch(const char *at, const char *bytes)
{
    sh("printf '%s' | dd of=artifact bs=1 seek=$((%s)) conv=notrunc", bytes, at);
}

START_TEST(chains_that_loop_come_to_an_end)
{
    /* FAT16: one reserved sector of 512 bytes, then the FAT; the file's first cluster is 3 */
    sh("head -c 100000 /dev/urandom >f; mkfs.vfat -a -F 16 -s 4 -R 1 -C artifact 20000;"
       "mmd -i artifact ::/d; mcopy -i artifact f ::/f");
    patch("512 + 3 * 2 + 2", "\\003\\000");
    walk_whole(&seen, "artifact");
    ck_assert_uint_gt(seen.n_unread, 0);
    ck_assert_uint_lt(seen.result.bytes, 100000000);
    /* the folder's one cluster follows itself */
    patch("512 + 2 * 2", "\\002\\000");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "d"));
    ck_assert_uint_lt(seen.result.bytes, 100000000);
}
END_TEST

START_TEST(a_directory_in_itself_is_walked_once)
{
    /* d/e's entry (32 bytes each, after . and ..) points to the cluster of d */
    sh("mkfs.vfat -a -F 16 -s 4 -R 1 -C artifact 20000; mmd -i artifact ::/d ::/d/e; printf x >x;"
       "mcopy -i artifact x ::/d/x");
    patch("$(grep -abo 'E          ' artifact | head -n 1 | cut -d: -f1) + 26", "\\002");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "d/x"));
    ck_assert_uint_lt(seen.n, 100);
}
END_TEST

START_TEST(fields_that_cannot_be_do_no_harm)
{
    static const struct {
        const char *make, *at, *bytes;
    } rows[] = {
        {"mkfs.vfat -F 16 -C artifact 20000", "13", "\\000"},           /* sectors per cluster */
        {"mkfs.vfat -F 16 -C artifact 20000", "22", "\\377\\377"},      /* size of a FAT */
        {"mkfs.vfat -F 32 -C artifact 40000", "44", "\\377\\377\\377"}, /* root's cluster */
        {"mkfs.exfat artifact", "108", "\\377"},                        /* sector shift */
        {"mkfs.exfat artifact", "109", "\\377"},                        /* cluster shift */
        {"mkfs.exfat artifact", "92", "\\377\\377\\377\\377"},          /* clusters */
        {"mkfs.exfat artifact", "96", "\\377\\377\\377"},               /* root's cluster */
        {"mkntfs -q -F artifact", "13", "\\000"},
        {"mkntfs -q -F artifact", "48", "\\377\\377\\377\\377\\377"}, /* place of the MFT */
        {"mkntfs -q -F artifact", "64", "\\177"},                     /* size of a record */
        {"mke2fs -q -F -t ext4 artifact", "1024 + 24", "\\006"},      /* size of a block */
        {"mke2fs -q -F -t ext4 artifact", "1024 + 32", "\\001\\000\\000\\000"}, /* per group */
        {"mke2fs -q -F -t ext4 artifact", "1024 + 40", "\\377\\377\\377\\377"},
        {"mke2fs -q -F -t ext4 artifact", "1024 + 88", "\\377\\377"}, /* size of an inode */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sh("rm -f artifact; case '%s' in mkfs.vfat*) ;; *) truncate -s 16M artifact ;; esac; %s",
           rows[i].make, rows[i].make);
        sh("printf " NEEDLE " | dd of=artifact bs=1 seek=12000123 conv=notrunc");
        patch(rows[i].at, rows[i].bytes);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread > 0, "%s, %s", rows[i].make, rows[i].at);
        ck_assert_uint_lt(seen.result.bytes, 100000000);
        for (size_t k = 0; k < seen.n; k++)
            seen.records[0].needle |= seen.records[k].needle;
        ck_assert_msg(seen.records[0].needle, "%s, %s", rows[i].make, rows[i].at);
    }
}
END_TEST

/* --- deleted ---------------------------------------------------------------------------------- */

START_TEST(what_fat_deleted_is_read_by_its_name)
{
    static const char *const options[] = {"-F 12 -C artifact 1440", "-F 16 -C artifact 20000",
                                          "-F 32 -C artifact 40000"};

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        sh("rm -f artifact; mkfs.vfat -n LABEL %s; seq 3000 >kept; { seq 3000; printf " NEEDLE
           "; } >f; printf " NEEDLE " | gzip >z; mmd -i artifact ::/dir ::/gone;"
           "mcopy -i artifact kept ::/kept; mcopy -i artifact f ::/ONE.TXT;"
           "mcopy -i artifact f '::/dir/a long name of it.text'; mcopy -i artifact f ::/gone/INNER;"
           "mcopy -i artifact z ::/dir/packed.gz; mcopy -i artifact kept ::/last;"
           "mdel -i artifact ::/ONE.TXT '::/dir/a long name of it.text' ::/dir/packed.gz;"
           "mdeltree -i artifact ::/gone",
           options[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        deleted("_NE.TXT (deleted)");
        deleted("dir/a long name of it.text (deleted)");
        deleted("dir/_acked.gz (deleted)!_acked.gz (deleted)");
        deleted("_one (deleted)/_NNER (deleted)");
        ck_assert(find(&seen, "(free)")->needle);
        ck_assert_int_eq(find(&seen, "(free)")->in, ENTRY_IN_UNALLOCATED);
        ck_assert(!find(&seen, "(slack)")->needle);
        ck_assert_int_eq(find(&seen, "(slack)")->in, ENTRY_IN_SLACK);
        ck_assert_str_eq(find(&seen, "(volume label)")->head, "LABEL");
        ck_assert_int_eq(find(&seen, "(volume label)")->in, ENTRY_IN_METADATA);
        ck_assert_int_eq(find(&seen, "kept")->in, ENTRY_IN_FILE);
        sh("sha256sum kept | grep ^%s", find(&seen, "kept")->sha256);
        sh("sha256sum f | grep ^%s", deleted("dir/a long name of it.text (deleted)")->sha256);
    }
}
END_TEST

START_TEST(what_was_written_over_is_not_taken_for_a_deleted_file)
{
    sh("mkfs.vfat -F 12 -s 1 -C artifact 1440; seq 1000 >f; { printf " NEEDLE "; seq 1000; } >g;"
       "mcopy -i artifact f ::/gone.text; mdel -i artifact ::/gone.text;"
       "MTOOLS_NO_VFAT=1 mcopy -i artifact g ::/later");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "later")->needle);
    for (size_t i = 0; i < seen.n; i++)
        ck_assert(seen.records[i].in != ENTRY_IN_DELETED || !seen.records[i].needle);
}
END_TEST

START_TEST(what_exfat_deleted_is_read_by_its_name)
{
    sh("truncate -s 16M artifact; mkfs.exfat artifact; mkdir tree; seq 3000 >tree/kept;"
       "{ seq 3000; printf " NEEDLE "; } >'tree/a name to forget'; python3 " MAKE
       "exfat_fill.py whole tree artifact; python3 " MAKE
       "exfat_fill.py delete 'a name to forget' artifact; fsck.exfat -n artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    deleted("a name to forget (deleted)");
    ck_assert(find(&seen, "(free)")->needle);
    sh("sha256sum tree/kept | grep ^%s", find(&seen, "kept")->sha256);
}
END_TEST

START_TEST(what_ntfs_deleted_is_read_by_its_name)
{
    sh("truncate -s 16M artifact; mkntfs -q -F artifact; mkdir -p tree/d tree/lost; printf " NEEDLE
       " >tree/d/short; { seq 9000; printf " NEEDLE
       "; } >tree/d/long; cp tree/d/long tree/lost/orphan; seq 3000 >tree/kept; python3 " MAKE
       "ntfs_fill.py artifact plain tree; python3 " MAKE
       "ntfs_fill.py artifact delete /d/short /d/long /lost/orphan /lost");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    deleted("d/short (deleted)");
    deleted("d/long (deleted)");
    sh("sha256sum tree/d/long | grep ^%s", deleted("d/long (deleted)")->sha256);
    deleted("lost (deleted)/orphan (deleted)");
    ck_assert(find(&seen, "(free)")->needle);
    sh("sha256sum tree/kept | grep ^%s", find(&seen, "kept")->sha256);
}
END_TEST

START_TEST(streams_of_ntfs_are_read)
{
    sh("truncate -s 16M artifact; mkntfs -q -F artifact; seq 9000 >f; { seq 20000; printf " NEEDLE
       "; } >s; ntfscp artifact f /f; ntfscp -N hidden artifact s /f");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    sh("sha256sum f | grep ^%s", find(&seen, "f")->sha256);
    sh("sha256sum s | grep ^%s", find(&seen, "f:hidden")->sha256);
}
END_TEST

/* With a kernel that mounts, what it deletes; debugfs is another test's. */
START_TEST(what_the_kernel_deleted_in_ext4_is_scanned)
{
    char command[256];

    sh("mkdir mnt; truncate -s 32M artifact; mke2fs -q -F -t ext4 artifact");
    snprintf(command, sizeof(command), "mount -o loop %s/artifact %s/mnt 2>/dev/null", folder,
             folder);
    if (system(command) != 0) {
        fprintf(stderr, "passed over: file systems cannot be mounted here\n");
        return;
    }
    sh("{ seq 3000; printf " NEEDLE "; } >mnt/gone; sync; echo x >mnt/kept; rm mnt/gone; umount "
       "mnt");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_ptr_null(find(&seen, "gone"));
    ck_assert(find(&seen, "(free)")->needle);
}
END_TEST

/* --- in no file ------------------------------------------------------------------------------- */

#define FREE_BLOCK \
    "$(dumpe2fs artifact | sed -n 's/^  Free blocks: \\([0-9]*\\)-.*/\\1/p' | head -n 1)"

START_TEST(neighbouring_free_blocks_are_read_as_one)
{
    sh("truncate -s 16M artifact; mke2fs -q -F -b 4096 -t ext4 artifact");
    plant("(" FREE_BLOCK " + 8) * 4096 - 10");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "(free)")->needle);
}
END_TEST

/* What begins in one free block and goes on in another one elsewhere is not put together: nothing
 * says that they belong together. */
START_TEST(free_blocks_apart_are_not_joined)
{
    sh("truncate -s 16M artifact; mke2fs -q -F -b 4096 -t ext4 artifact; printf needle-in-a- | dd "
       "of=artifact bs=1 seek=$(((" FREE_BLOCK " + 8) * 4096 - 12)) conv=notrunc; printf haystack "
       "| dd of=artifact bs=1 seek=$(((" FREE_BLOCK " + 20) * 4096)) conv=notrunc");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(!find(&seen, "(free)")->needle);
    ck_assert_uint_gt(find(&seen, "(free)")->bytes, 0);
}
END_TEST

START_TEST(slack_of_ntfs_and_exfat_is_scanned)
{
    static const char *const makes[] = {
        "mkntfs -q -F artifact; ntfscp artifact f /f",
        "mkfs.exfat artifact; mkdir tree; cp f tree/; python3 " MAKE
        "exfat_fill.py whole tree artifact",
    };

    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f artifact; truncate -s 16M artifact; { printf the-file-begins; head -c 1500 "
           "/dev/urandom; } >f; %s",
           makes[i]);
        plant("$(grep -abo the-file-begins artifact | head -n 1 | cut -d: -f1) + 2000");
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        sh("sha256sum f | grep ^%s", find(&seen, "f")->sha256);
        ck_assert_msg(find(&seen, "(slack)")->needle, "%s", makes[i]);
        ck_assert(!find(&seen, "(free)")->needle);
        sh("printf " NEEDLE " | dd of=artifact bs=1 seek=12000000 conv=notrunc");
        walk_whole(&seen, "artifact");
        ck_assert_msg(find(&seen, "(free)")->needle, "%s", makes[i]);
    }
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_fs");
    TCase *tests = tcase_create("fs");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, done);
    tcase_add_test(tests, encrypted_files_are_told_of_and_their_bytes_scanned);
    tcase_add_test(tests, wrong_checksums_are_told_of_and_content_is_read);
    tcase_add_test(tests, a_large_attribute_is_read_whole);
    tcase_add_test(tests, chains_that_loop_come_to_an_end);
    tcase_add_test(tests, a_directory_in_itself_is_walked_once);
    tcase_add_test(tests, fields_that_cannot_be_do_no_harm);
    tcase_add_test(tests, what_fat_deleted_is_read_by_its_name);
    tcase_add_test(tests, what_was_written_over_is_not_taken_for_a_deleted_file);
    tcase_add_test(tests, what_exfat_deleted_is_read_by_its_name);
    tcase_add_test(tests, what_ntfs_deleted_is_read_by_its_name);
    tcase_add_test(tests, streams_of_ntfs_are_read);
    tcase_add_test(tests, what_the_kernel_deleted_in_ext4_is_scanned);
    tcase_add_test(tests, neighbouring_free_blocks_are_read_as_one);
    tcase_add_test(tests, free_blocks_apart_are_not_joined);
    tcase_add_test(tests, slack_of_ntfs_and_exfat_is_scanned);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
