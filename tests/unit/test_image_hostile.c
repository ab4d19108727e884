/* Damage, lies and bombs: never a crash, never silence. */
#include "image_support.h"

static struct seen seen;

static struct image_budget tight(void)
{
    struct image_budget budget = image_budget_default;

    budget.expanded = UINT64_C(256) << 20;
    return budget;
}

/* Cuts the artifact "whole" at many places; each cut has to be told. */
static void cut_everywhere(const char *name, size_t steps)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/whole", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    for (size_t i = 0; i < steps; i++) {
        off_t size = i < 8 ? st.st_size - 1 - (off_t)i : st.st_size * (off_t)i / (off_t)steps;

        sh("cp whole artifact; truncate -s %lld artifact", (long long)size);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread > 0, "%s cut to %lld of %lld", name, (long long)size,
                      (long long)st.st_size);
    }
}

START_TEST(a_cut_is_noticed)
{
    static const char *const packs[] = {"cat", "gzip", "xz", "zstd -q", "bzip2", "lz4 -q"};

    sh("mkdir tree; head -c 300000 /dev/urandom >tree/noise; seq 90000 >tree/seq;"
       "tar -C tree --blocking-factor=1 -cf tar .");
    for (size_t i = 1; i < sizeof(packs) / sizeof(*packs); i++) {
        sh("%s <tar >whole", packs[i]);
        cut_everywhere(packs[i], 40);
    }
    /* A tar that lost its end marks only has lost no content. */
    sh("head -c $(($(stat -c %%s tar) - 1500)) tar >whole");
    cut_everywhere("tar", 30);
}
END_TEST

START_TEST(an_ar_that_was_cut_in_a_header)
{
    sh("echo 2.0 >member; ar qc whole member");
    for (unsigned size = 10; size < 68; size += 7) {
        sh("head -c %u whole >artifact", size);
        walk_whole(&seen, "artifact");
        ck_assert_msg(find_unread(&seen, "", UNREAD_CORRUPT) != NULL, "cut to %u bytes", size);
    }
    sh("printf '\\n' | cat whole - >artifact"); /* padding */
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
}
END_TEST

/* Flips bits all over; whatever comes of it, the walk ends in order. */
static void flip_everywhere(unsigned times)
{
    struct image_budget budget = tight();
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/artifact", folder);
    for (unsigned i = 0; i < times; i++) {
        uint64_t at;
        uint8_t byte;
        int fd;

        sh("cp --sparse=always whole artifact");
        fd = open(path, O_RDWR);
        ck_assert_int_eq(fstat(fd, &st), 0);
        for (unsigned j = 0; j < 1 + i % 40; j++) {
            at = (i * 2654435761u + j * 40503u * (i + 1)) % (uint64_t)(i % 3 ? st.st_size
                                                                       : st.st_size < 70000
                                                                           ? st.st_size
                                                                           : 70000);
            ck_assert_int_eq(pread(fd, &byte, 1, (off_t)at), 1);
            byte ^= (uint8_t)(1u << (i + j) % 8);
            ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
        }
        close(fd);
        ck_assert_int_eq(walk_with(&seen, "artifact", &budget), 0);
        ck_assert_uint_eq(seen.depth, 0);
    }
}

START_TEST(flipped_bits_do_no_harm)
{
    static const char *const makes[] = {
        "gzip <tar >whole",
        "cp tar whole",
        "rm -f whole; truncate -s 8M whole; mke2fs -q -F -t ext4 -b 1024 -d tree whole",
        "rm -f whole; truncate -s 8M whole; mke2fs -q -F -t ext2 -d tree whole",
        "rm -f whole; mkfs.vfat -C whole 4000; mcopy -s -i whole tree/sub tree/seq ::/",
        "rm -f whole; truncate -s 8M whole; sgdisk -n 1:0:+2M -n 2:0:+3M whole",
        "rm -f whole; truncate -s 8M whole; printf '2048,2M\\n,4M,E\\n,1M\\n' | sfdisk -q whole",
        "rm -f whole; cd tree; zip -qr ../whole.zip .; mv ../whole.zip ../whole",
    };

    sh("mkdir -p tree/sub/dir; seq 90000 >tree/seq; echo x >tree/sub/dir/y; tar -C tree -cf tar .");
    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("%s", makes[i]);
        flip_everywhere(40);
    }
}
END_TEST

START_TEST(a_bomb_is_stopped)
{
    sh("head -c 300000000 /dev/zero | gzip >artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_BUDGET));
    ck_assert_uint_lt(seen.result.bytes, 100000000);

    sh("mkdir d; mv artifact d/bomb.gz; tar -C d -cf artifact .");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "bomb.gz", UNREAD_BUDGET));
}
END_TEST

START_TEST(depth_has_an_end)
{
    sh("echo deep >x; cp x y; i=0; while [ $i -lt 12 ]; do tar -cf z y; mv z y; i=$((i + 1)); done;"
       "mv y artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);

    sh("cp x artifact; i=0; while [ $i -lt 12 ]; do gzip -n artifact; mv artifact.gz artifact;"
       "i=$((i + 1)); done");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);
}
END_TEST

START_TEST(budgets_end_the_walk)
{
    struct image_budget budget = image_budget_default;

    make_tree();
    sh("tar -C tree -czf artifact .");
    budget.entries = 10;
    ck_assert_int_eq(walk_with(&seen, "artifact", &budget), 0);
    ck_assert_uint_eq(seen.n, 10);
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);

    budget = image_budget_default;
    budget.expanded = 1000000;
    ck_assert_int_eq(walk_with(&seen, "artifact", &budget), 0);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);
    ck_assert_uint_le(seen.result.bytes, 2000000);
}
END_TEST

START_TEST(names_that_are_hostile)
{
    struct record *long_one = NULL;

    sh("python3 - <<'EOF'\n"
       "import tarfile, io\n"
       "t = tarfile.open('artifact', 'w', format=tarfile.PAX_FORMAT)\n"
       "for n in ['../../etc/passwd', '/abs/path', './/./dot', 'x' * 65536, 'a\\nb\\033[2J']:\n"
       "    i = tarfile.TarInfo(n); i.size = 3; t.addfile(i, io.BytesIO(b'abc'))\n"
       "for a, b in [('l1', 'l2'), ('l2', 'l1')]:\n"
       "    i = tarfile.TarInfo(a); i.type = tarfile.LNKTYPE; i.linkname = b; t.addfile(i)\n"
       "t.close()\nEOF");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "../../etc/passwd"));
    ck_assert_ptr_nonnull(find(&seen, "abs/path"));
    ck_assert_ptr_nonnull(find(&seen, "dot"));
    ck_assert_ptr_nonnull(find(&seen, "a\nb\033[2J"));
    ck_assert_int_eq(find(&seen, "l1")->type, ENTRY_HARDLINK);
    for (size_t i = 0; i < seen.n; i++)
        if (strcmp(seen.records[i].where, "(a name too long)") == 0)
            long_one = &seen.records[i];
    ck_assert_ptr_nonnull(long_one);
    ck_assert_str_eq(long_one->head, "abc");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);
}
END_TEST

/* Of a name that is too long nothing is shown: a secret may go on behind a slash. */
START_TEST(a_long_name_is_not_cut)
{
    sh("python3 -c 'import tarfile, io\n"
       "name = \"/\".join([\"d\" * 99] * 40) + \"/\" + \"" NEEDLE "\" * 20\n"
       "with tarfile.open(\"artifact\", \"w\", format=tarfile.GNU_FORMAT) as tar:\n"
       "    tar.addfile(tarfile.TarInfo(name))'");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_BUDGET);
    ck_assert_str_eq(seen.unread[0].where, "(a name too long)");
    ck_assert_str_eq(seen.records[0].where, "(a name too long)");
}
END_TEST

START_TEST(a_size_that_lies)
{
    sh("python3 - <<'EOF'\n"
       "import tarfile\n"
       "i = tarfile.TarInfo('big'); i.size = 1 << 40\n"
       "open('artifact', 'wb').write(i.tobuf() + b'only this' + bytes(503))\nEOF");
    walk_whole(&seen, "artifact");
    ck_assert_str_eq(find(&seen, "big")->head, "only this");
    ck_assert_ptr_nonnull(find_unread(&seen, "big", UNREAD_CORRUPT));
}
END_TEST

/* The checksum is a tar's, the fields are not: libarchive takes it for no format at all. */
START_TEST(a_header_that_only_looks_like_one)
{
    sh("python3 - <<'EOF'\n"
       "import tarfile\n"
       "h = bytearray(tarfile.TarInfo('name').tobuf(tarfile.GNU_FORMAT))\n"
       "h[100:148] = b'\\x13s|\\x83' * 12; h[148:156] = b' ' * 8; h[257:265] = b'-82195!!'\n"
       "h[148:156] = b'%%06o\\0 ' %% sum(h)\n"
       "open('artifact', 'wb').write(h + b'tail' + bytes(508))\nEOF\n"
       "tar -cf nested artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_CORRUPT);
    ck_assert_ptr_nonnull(find(&seen, "(after the end)"));
    walk_whole(&seen, "nested");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_ptr_nonnull(find_unread(&seen, "artifact", UNREAD_CORRUPT));
}
END_TEST

START_TEST(directories_in_circles)
{
    sh("mkdir -p tree/a/b; echo x >tree/a/b/x; truncate -s 8M artifact;"
       "mke2fs -q -F -t ext4 -O ^metadata_csum -d tree artifact;"
       "debugfs -w -R 'link a a/b/again' artifact; debugfs -w -R 'link / a/b/root' artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "a/b/x"));
    ck_assert_ptr_nonnull(find_unread(&seen, "a/b/again", UNREAD_CORRUPT));
    ck_assert_ptr_nonnull(find_unread(&seen, "a/b/root", UNREAD_CORRUPT));
}
END_TEST

/* Gives `name` the attributes user.0 to user.N-1, each of `len` bytes. */
static void set_xattrs(const char *name, unsigned n, unsigned len)
{
    static uint8_t value[1024];
    char path[128], attribute[32];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    for (unsigned i = 0; i < n; i++) {
        snprintf(attribute, sizeof(attribute), "user.%u", i);
        ck_assert_int_eq(setxattr(path, attribute, value, len, 0), 0);
    }
}

START_TEST(attributes_that_cannot_be_read)
{
    sh("mkdir tree; echo x >tree/x");
    set_xattrs("tree/x", 1, 300);
    sh("truncate -s 8M artifact; mke2fs -q -F -b 1024 -t ext2 -d tree artifact; debugfs -w -R "
       "'sif x file_acl 4000000' artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "x", UNREAD_CORRUPT));
    set_xattrs("tree/x", 70, 1);
    sh("rm artifact; truncate -s 8M artifact; mke2fs -q -F -b 4096 -t ext4 -d tree artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "x", UNREAD_BUDGET));
}
END_TEST

START_TEST(a_partition_table_of_nonsense)
{
    /* Both copies of a GPT gone: its protective MBR is all that is left. */
    sh("truncate -s 8M artifact; sgdisk -n 1:0:+2M artifact;"
       "head -c 16896 /dev/urandom | dd of=artifact bs=512 seek=1 conv=notrunc;"
       "head -c 16896 /dev/urandom | dd of=artifact bs=512 seek=16351 conv=notrunc;"
       "printf 'still here' | dd of=artifact bs=1M seek=5 conv=notrunc");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "p1", UNREAD_UNSUPPORTED));
    ck_assert_uint_gt(find(&seen, "p1/(raw)")->bytes, 16896);
    sh("rm artifact; truncate -s 8M artifact; printf '2048,2M,L\\n' | sfdisk -q artifact;"
       "truncate -s 2M artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "p1", UNREAD_CORRUPT));
}
END_TEST

START_TEST(an_ext_that_was_cut)
{
    sh("mkdir tree; head -c 6000000 /dev/urandom >tree/noise; truncate -s 16M artifact;"
       "mke2fs -q -F -t ext4 -d tree artifact; truncate -s 5M artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_gt(seen.n_unread, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_hostile");
    TCase *tests = tcase_create("hostile");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_cut_is_noticed);
    tcase_add_test(tests, an_ar_that_was_cut_in_a_header);
    tcase_add_test(tests, flipped_bits_do_no_harm);
    tcase_add_test(tests, a_bomb_is_stopped);
    tcase_add_test(tests, depth_has_an_end);
    tcase_add_test(tests, budgets_end_the_walk);
    tcase_add_test(tests, names_that_are_hostile);
    tcase_add_test(tests, a_long_name_is_not_cut);
    tcase_add_test(tests, a_size_that_lies);
    tcase_add_test(tests, a_header_that_only_looks_like_one);
    tcase_add_test(tests, directories_in_circles);
    tcase_add_test(tests, attributes_that_cannot_be_read);
    tcase_add_test(tests, a_partition_table_of_nonsense);
    tcase_add_test(tests, an_ext_that_was_cut);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
