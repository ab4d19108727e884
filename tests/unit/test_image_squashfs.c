/* squashfs: what it says about files, what is told of damage, and lies. */
#include "image_support.h"

#include <sys/mman.h>

static struct seen seen;

/* Maps the artifact to be changed in place. */
static uint8_t *map_artifact(size_t *ret_size)
{
    char path[128];
    struct stat st;
    uint8_t *data;
    int fd;

    snprintf(path, sizeof(path), "%s/artifact", folder);
    fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &st), 0);
    *ret_size = (size_t)st.st_size;
    data = mmap(NULL, *ret_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(data, MAP_FAILED);
    close(fd);
    return data;
}

static void note(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    ck_assert_int_eq(setxattr(path, "user.note", "kept", 4, 0), 0);
}

START_TEST(entries_have_what_the_image_says)
{
    struct record *record;

    sh("mkdir d; echo x >d/x; ln d/x d/y; ln -s x d/l; mkfifo d/f; mkdir d/sub\n"
       "chown 70000:70001 d/x; chmod 4751 d/x");
    note("d/x");
    note("d/sub");
    sh("mksquashfs d artifact -quiet -no-progress -p 'null c 666 0 0 1 3' "
       "-p 'disk b 660 0 6 8 0'");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    record = find(&seen, "x");
    ck_assert_int_eq(record->type, ENTRY_FILE);
    ck_assert_uint_eq(record->mode, 04751);
    ck_assert_int_eq(record->uid, 70000);
    ck_assert_int_eq(record->size, 2);
    ck_assert_str_eq(record->xattr, "user.note=kept");
    record = find(&seen, "y");
    ck_assert_int_eq(record->type, ENTRY_HARDLINK);
    ck_assert_str_eq(record->link, "x");
    ck_assert_str_eq(find(&seen, "l")->link, "x");
    ck_assert_int_eq(find(&seen, "f")->type, ENTRY_FIFO);
    ck_assert_str_eq(find(&seen, "sub")->xattr, "user.note=kept");
    ck_assert_int_eq(find(&seen, "null")->type, ENTRY_DEVICE);
    ck_assert_int_eq(find(&seen, "disk")->type, ENTRY_DEVICE);
    ck_assert_int_eq(find(&seen, ".")->type, ENTRY_DIR);
}
END_TEST

/* A file whose content is two blocks of noise, and more of them. */
static void make_noise(const char *options)
{
    sh("mkdir -p d/a; head -c 262144 /dev/urandom >d/a/noise; echo %s >d/z; echo 1 >d/a/b\n"
       "seq 100000 >d/a/seq; mksquashfs d artifact -quiet -no-progress %s",
       NEEDLE, options);
}

START_TEST(a_damaged_block_is_told_and_the_rest_is_read)
{
    size_t size;
    uint8_t *data, *block;

    make_noise("-b 128K");
    data = map_artifact(&size);
    block = memmem(data + 262240, size - 262240, "\x78\xda", 2); /* zlib: seq, after the noise */
    ck_assert_ptr_nonnull(block);
    memset(block + 20, 0x55, 64);
    munmap(data, size);
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_ptr_nonnull(find_unread(&seen, "a/seq", UNREAD_CORRUPT));
    ck_assert(find(&seen, "z")->needle);
    ck_assert_uint_eq(find(&seen, "a/noise")->bytes, 262144);
    ck_assert_uint_gt(find(&seen, "a/seq")->bytes, 300000); /* its other blocks */
    ck_assert_uint_gt(find(&seen, "(free)")->bytes, 10000); /* the damaged one, as it is */
}
END_TEST

START_TEST(gaps_and_the_end_are_scanned)
{
    make_noise("");
    sh("printf '%s behind' >>artifact", NEEDLE);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "(free)")->needle);
}
END_TEST

/* The directory entry of "loop" is made to point to the root. */
START_TEST(directories_in_a_circle)
{
    size_t size;
    uint8_t *data, *name;

    sh("mkdir -p d/loop/in; echo %s >d/z; mksquashfs d artifact -quiet -no-progress -noI", NEEDLE);
    data = map_artifact(&size);
    name = memmem(data, size, "loop", 4);
    ck_assert_ptr_nonnull(name);
    memcpy(name - 8, data + 32, 2); /* the root's place in the block of inodes */
    munmap(data, size);
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "loop", UNREAD_CORRUPT));
    ck_assert(find(&seen, "z")->needle);
    ck_assert_uint_lt(seen.n, 10);
}
END_TEST

START_TEST(a_size_that_lies_is_no_allocation)
{
    static const uint64_t lies[] = {2 << 20, UINT32_MAX - 1};
    const uint32_t size_there = 1234567;

    sh("mkdir d; head -c %u /dev/urandom >d/x; echo %s >d/z\n"
       "mksquashfs d whole -quiet -no-progress -noI -no-fragments",
       size_there, NEEDLE);
    for (size_t i = 0; i < 2; i++) {
        size_t size;
        uint8_t *data, *found;
        uint32_t lie = (uint32_t)lies[i];

        sh("cp whole artifact");
        data = map_artifact(&size);
        found = memmem(data + size_there, size - size_there, &size_there, 4);
        ck_assert_ptr_nonnull(found);
        memcpy(found, &lie, 4);
        munmap(data, size);
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, "x", UNREAD_CORRUPT));
        ck_assert(find(&seen, "z")->needle);
    }
}
END_TEST

/* Every field of the super block says something else: never a crash, never silence about what is
 * not read. */
START_TEST(a_super_block_that_lies)
{
    static const uint64_t lies[] = {0, 1, 31, 96, 4097, UINT32_MAX, (uint64_t)1 << 40, UINT64_MAX};
    static const size_t fields[][2] = {{4, 4},  {12, 4}, {16, 4}, {20, 2}, {22, 2},
                                       {24, 2}, {26, 2}, {32, 8}, {40, 8}, {48, 8},
                                       {56, 8}, {64, 8}, {72, 8}, {80, 8}, {88, 8}};

    make_noise("");
    sh("mv artifact whole");
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        for (size_t j = 0; j < sizeof(lies) / sizeof(*lies); j++) {
            size_t size;
            uint8_t *data;

            sh("cp whole artifact");
            data = map_artifact(&size);
            memcpy(data + fields[i][0], &lies[j], fields[i][1]);
            munmap(data, size);
            walk_whole(&seen, "artifact");
            if (seen.n_unread == 0) /* a field that nothing is read by */
                ck_assert(find(&seen, "z") && find(&seen, "z")->needle);
        }
}
END_TEST

START_TEST(every_cut_is_noticed)
{
    make_noise("-comp zstd -nopad");
    sh("mv artifact whole");
    for (unsigned i = 1; i < 60; i++) {
        sh("cp whole artifact; truncate -s $(($(stat -c %%s whole) * %u / 60)) artifact", i);
        walk_whole(&seen, "artifact");
        ck_assert_uint_gt(seen.n_unread, 0);
    }
}
END_TEST

START_TEST(a_bomb_is_stopped)
{
    sh("mkdir d; head -c 300000000 /dev/zero >d/zeros; echo x >d/x\n"
       "mksquashfs d artifact -quiet -no-progress -no-sparse -no-duplicates -b 1M");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_BUDGET));
    ck_assert_uint_lt(seen.result.bytes, 100000000);
}
END_TEST

START_TEST(what_is_compressed_by_lzo_is_reported)
{
    sh("mkdir d; echo x >d/x; mksquashfs d artifact -quiet -no-progress -comp lzo");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNSUPPORTED));
    ck_assert_str_eq(seen.result.format, "squashfs");
    ck_assert_uint_gt(find(&seen, "(raw)")->bytes, 0);
}
END_TEST

/* As NixOS's kexec tarball has it. */
START_TEST(an_initrd_holds_the_store)
{
    make_tree();
    sh("mkdir root; mksquashfs tree root/nix-store.squashfs -quiet -no-progress -comp zstd\n"
       "cd root; find . | cpio -o -H newc --quiet | zstd -q >../initrd; cd ..; mkdir kexec\n"
       "mv initrd kexec; tar -cJf artifact kexec");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "kexec/initrd!nix-store.squashfs!", 1);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_squashfs");
    TCase *tests = tcase_create("squashfs");

    tcase_add_checked_fixture(tests, set_up, done);
    tcase_set_timeout(tests, 200);
    tcase_add_test(tests, entries_have_what_the_image_says);
    tcase_add_test(tests, a_damaged_block_is_told_and_the_rest_is_read);
    tcase_add_test(tests, gaps_and_the_end_are_scanned);
    tcase_add_test(tests, directories_in_a_circle);
    tcase_add_test(tests, a_size_that_lies_is_no_allocation);
    tcase_add_test(tests, a_super_block_that_lies);
    tcase_add_test(tests, every_cut_is_noticed);
    tcase_add_test(tests, a_bomb_is_stopped);
    tcase_add_test(tests, what_is_compressed_by_lzo_is_reported);
    tcase_add_test(tests, an_initrd_holds_the_store);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
