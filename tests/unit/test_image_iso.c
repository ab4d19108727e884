/* ISO 9660: what its trees show, what they do not, and what lies about it. */
#include "image_support.h"

#include <sys/mman.h>

#include "image/iso/boot.h"

static struct seen seen;

static uint64_t size_of(const char *name)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    ck_assert_int_eq(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

/* Maps the artifact to be changed in place. */
static uint8_t *map_artifact(size_t *ret_size)
{
    char path[128];
    uint8_t *data;
    int fd;

    *ret_size = size_of("artifact");
    snprintf(path, sizeof(path), "%s/artifact", folder);
    fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    data = mmap(NULL, *ret_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(data, MAP_FAILED);
    close(fd);
    return data;
}

static size_t count_of(const char *prefix)
{
    size_t n = 0;

    for (size_t i = 0; i < seen.n; i++)
        n += strncmp(seen.records[i].where, prefix, strlen(prefix)) == 0;
    return n;
}

START_TEST(every_byte_is_handed_over_once)
{
    make_tree();
    sh("rm tree/data/fifo tree/etc/longlink tree/data/sparse; rm -r tree/home/*/ddd*;"
       "xorriso -as mkisofs -quiet -R -J -V ASSAY -o artifact tree");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "", 3);
    ck_assert_int_eq(find(&seen, "(free)")->type, ENTRY_FREE);
    ck_assert_ptr_nonnull(strstr(find(&seen, "(volume label)")->head, "ASSAY\n"));
    ck_assert_uint_le(seen.result.bytes, size_of("artifact"));
}
END_TEST

START_TEST(files_of_other_trees_are_found)
{
    sh("mkdir cd; echo %s >cd/both; echo only >cd/one; echo none >cd/none\n"
       "xorriso -as mkisofs -quiet -R -J -hide cd/one -hide cd/none -hide-joliet cd/none -o "
       "artifact cd",
       NEEDLE);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "both")->needle);
    ck_assert_uint_eq(count_of("both"), 1);
    ck_assert_str_eq(find(&seen, "one")->head, "only\n");
    ck_assert_ptr_null(find(&seen, "none"));
}
END_TEST

/* A size of one byte as a record has it. */
static const uint8_t one[8] = {1, 0, 0, 0, 0, 0, 0, 1};

/* The place of a directory record of ISO 9660's own tree, by the file's name. */
static uint8_t *find_record(uint8_t *data, size_t size, const char *name)
{
    uint8_t *found = memmem(data, size, name, strlen(name));

    ck_assert_ptr_nonnull(found);
    return found - 33;
}

/* The first tree shows a byte of a file, the second all of it. */
START_TEST(one_tree_hides_nothing_of_another)
{
    uint8_t *data;
    size_t size;

    sh("mkdir cd; echo %s | gzip >cd/key.gz; xorriso -as mkisofs -quiet -R -J -o artifact cd",
       NEEDLE);
    data = map_artifact(&size);
    memcpy(find_record(data, size, "KEY.GZ;1") + 10, one, sizeof(one));
    munmap(data, size);
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(count_of("key.gz"), 3);
    ck_assert(find(&seen, "key.gz!key")->needle);
}
END_TEST

/* Linux takes a folder's length from its own record. */
START_TEST(a_folder_is_as_long_as_it_says_itself)
{
    static const uint8_t sector[8] = {0, 8, 0, 0, 0, 0, 8, 0};
    uint8_t *data;
    size_t size;

    sh("mkdir -p cd/folder; for i in $(seq 100 199); do echo $i >cd/folder/$i; done\n"
       "xorriso -as mkisofs -quiet -R -o artifact cd");
    data = map_artifact(&size);
    memcpy(find_record(data, size, "FOLDER") + 10, sector, sizeof(sector));
    munmap(data, size);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_uint_eq(count_of("folder/"), 100);
}
END_TEST

START_TEST(a_boot_image_that_is_a_file_is_read_once)
{
    uint8_t *data;
    size_t size;

    sh("mkdir -p cd/boot; mkfs.vfat -C cd/boot/efi.img 4000; echo %s >x; mcopy -i cd/boot/efi.img "
       "x ::/x\n"
       "xorriso -as mkisofs -quiet -R -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat -o "
       "artifact cd",
       NEEDLE);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "boot/efi.img!x")->needle);
    ck_assert_uint_eq(count_of("(boot image"), 0);
    ck_assert_uint_eq(count_of("p"), 0);

    /* Of which the tree shows a byte. */
    data = map_artifact(&size);
    memcpy(find_record(data, size, "EFI.IMG;1") + 10, one, sizeof(one));
    munmap(data, size);
    walk_whole(&seen, "artifact");
    ck_assert(find(&seen, "(boot image 1)!x")->needle);
}
END_TEST

START_TEST(containers_are_read_where_they_lie)
{
    struct image_host bare = {.open_nbd = host_nbd};
    int fd;

    make_tree();
    sh("mkdir cd; mksquashfs tree cd/nix-store.squashfs -quiet -no-progress\n"
       "xorriso -as mkisofs -quiet -R -o artifact cd");
    snprintf(artifact_path, sizeof(artifact_path), "%s/artifact", folder);
    fd = open(artifact_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(
        image_walk(fd, &image_budget_default, &keep_all, &seen, &bare, &seen.result, &seen.err), 0);
    close(fd);
    nothing_unread(&seen);
    compare_tree(&seen, "nix-store.squashfs!", 1);
}
END_TEST

/* Two records that follow one another are made those of one file. */
START_TEST(files_have_several_extents)
{
    size_t size;
    uint8_t *data, *first, *second;

    sh("mkdir cd; head -c 4096 /dev/zero | tr '\\0' x >cd/A.TXT; echo %s >cd/B.TXT\n"
       "xorriso -as mkisofs -quiet --norock -o artifact cd",
       NEEDLE);
    data = map_artifact(&size);
    first = memmem(data, size, "A.TXT;1", 7);
    second = memmem(data, size, "B.TXT;1", 7);
    ck_assert(first && second);
    first[-33 + 25] |= 0x80;
    *second = 'A';
    munmap(data, size);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_uint_eq(count_of("A.TXT"), 1);
    ck_assert_int_eq(find(&seen, "A.TXT")->size, 4096 + (int64_t)strlen(NEEDLE) + 1);
    ck_assert(find(&seen, "A.TXT")->needle);
}
END_TEST

START_TEST(directories_in_a_circle)
{
    size_t size;
    uint8_t *data;

    sh("mkdir -p cd/SUB; echo x >cd/SUB/X.TXT; xorriso -as mkisofs -quiet --norock -o artifact cd");
    data = map_artifact(&size);
    for (size_t at = 0; at + 40 < size; at++) /* the root directory's extent, from its own record */
        if (memcmp(data + at, "SUB", 3) == 0 && at > 33 && data[at - 1] == 3 && (data[at - 8] & 2))
            memcpy(data + at - 33 + 2, data + 16 * 2048 + 156 + 2, 8);
    munmap(data, size);
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "SUB", UNREAD_CORRUPT));
    ck_assert_uint_lt(seen.n, 10);
}
END_TEST

/* A catalog with one image, at `block`. */
static void make_catalog(uint8_t catalog[64], uint32_t block)
{
    memset(catalog, 0, 64);
    memcpy(catalog, "\1\0\0\0", 4);
    memcpy(catalog + 28, "\xaa\x55\x55\xaa", 4); /* a checksum and the key */
    catalog[32] = 0x88;
    catalog[32 + 6] = 4;
    memcpy(catalog + 32 + 8, &block, 4);
}

START_TEST(boot_catalogs_are_checked)
{
    uint8_t catalog[128] = {0};
    struct iso_boot boot;

    make_catalog(catalog, 77);
    ck_assert(iso_boot_parse(catalog, 64, &boot));
    ck_assert_uint_eq(boot.n, 1);
    ck_assert_uint_eq(boot.images[0].start, 77 * 2048);
    ck_assert_uint_eq(boot.images[0].size, 2048);
    ck_assert(!boot.more);
    catalog[33] = 2; /* a floppy disk of 1.44 MB */
    ck_assert(iso_boot_parse(catalog, 64, &boot));
    ck_assert_uint_eq(boot.images[0].size, 1474560);
    catalog[64] = 0x91; /* a section with one entry */
    catalog[66] = 1;
    memcpy(catalog + 96, catalog + 32, 32);
    ck_assert(iso_boot_parse(catalog, 128, &boot));
    ck_assert_uint_eq(boot.n, 2);
    catalog[66] = 2;
    ck_assert(iso_boot_parse(catalog, 128, &boot));
    ck_assert(boot.more);
    catalog[5]++;
    ck_assert(!iso_boot_parse(catalog, 128, &boot));
    ck_assert(!iso_boot_parse(catalog, 63, &boot));
}
END_TEST

START_TEST(a_boot_catalog_that_lies_is_reported)
{
    size_t size;
    uint8_t *data, *record, *catalog;

    sh("mkdir cd; echo x >cd/x; head -c 2048 /dev/urandom >cd/boot.img\n"
       "xorriso -as mkisofs -quiet -R -b boot.img -no-emul-boot -o artifact cd");
    data = map_artifact(&size);
    record = memmem(data, size, "EL TORITO", 9);
    ck_assert_ptr_nonnull(record);
    catalog = data + 2048 * (size_t)(record[64] | record[65] << 8);
    ck_assert_uint_eq(catalog[0], 1);
    catalog[32 + 11] = 0x7f; /* far away */
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "(boot image 1)", UNREAD_CORRUPT));
    catalog[0] = 7;
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
    munmap(data, size);
}
END_TEST

START_TEST(udf_is_reported)
{
    sh("mkdir cd; echo x >cd/x; genisoimage -quiet -udf -R -o artifact cd");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNSUPPORTED));
    ck_assert_str_eq(find(&seen, "x")->head, "x\n");
}
END_TEST

START_TEST(descriptors_without_end_are_reported)
{
    sh("mkdir cd; echo x >cd/x; xorriso -as mkisofs -quiet -R -o artifact cd\n"
       "dd if=artifact of=primary bs=2048 skip=16 count=1\n"
       "for i in $(seq 17 80); do dd if=primary of=artifact bs=2048 seek=$i conv=notrunc; done");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(
        strstr(find_unread(&seen, "", UNREAD_BUDGET)->detail, "more than 64 volume descriptors"));
}
END_TEST

START_TEST(a_damaged_partition_table_is_reported)
{
    struct unread *unread;

    sh("mkdir cd; echo x >cd/x; mkfs.vfat -C efi.img 4000; xorriso -as mkisofs -quiet -R "
       "-append_partition 2 0xef efi.img -appended_part_as_gpt -o artifact cd\n"
       "printf xxxx | dd of=artifact bs=1 seek=$((512 + 16)) conv=notrunc");
    walk_whole(&seen, "artifact");
    unread = find_unread(&seen, "", UNREAD_CORRUPT);
    ck_assert_ptr_nonnull(unread);
    ck_assert_ptr_nonnull(strstr(unread->detail, "those of its second copy are right"));
    ck_assert_uint_eq(seen.n_unread, 1);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_iso");
    TCase *tests = tcase_create("iso");

    tcase_add_checked_fixture(tests, set_up, done);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, every_byte_is_handed_over_once);
    tcase_add_test(tests, files_of_other_trees_are_found);
    tcase_add_test(tests, one_tree_hides_nothing_of_another);
    tcase_add_test(tests, a_folder_is_as_long_as_it_says_itself);
    tcase_add_test(tests, a_boot_image_that_is_a_file_is_read_once);
    tcase_add_test(tests, containers_are_read_where_they_lie);
    tcase_add_test(tests, files_have_several_extents);
    tcase_add_test(tests, directories_in_a_circle);
    tcase_add_test(tests, boot_catalogs_are_checked);
    tcase_add_test(tests, a_boot_catalog_that_lies_is_reported);
    tcase_add_test(tests, udf_is_reported);
    tcase_add_test(tests, descriptors_without_end_are_reported);
    tcase_add_test(tests, a_damaged_partition_table_is_reported);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
