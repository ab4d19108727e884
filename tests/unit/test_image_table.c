/* Partition tables that lie or are damaged: reported, and what can be read is. */
#include "image_support.h"

static struct seen seen;

static void told(const char *what)
{
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_msg(strstr(seen.unread[0].detail, what) != NULL, "%s", seen.unread[0].detail);
    ck_assert_int_eq(seen.unread[0].reason, UNREAD_CORRUPT);
    ck_assert_str_eq(seen.unread[0].where, "");
}

/* A file system with the needle, in `fat`. */
static void make_fat(void)
{
    sh("mkfs.vfat -C fat 200; printf " NEEDLE " >x; mcopy -i fat x ::/x");
}

/* `name` of 2 MiB, with that in its one partition in sector `start`. */
static void make_gpt(const char *name, unsigned start)
{
    sh("rm -f %s; truncate -s 2M %s; sgdisk -a 1 -n 1:%u:+200K %s\n"
       "dd if=fat of=%s bs=512 seek=%u conv=notrunc",
       name, name, start, name, name, start);
}

START_TEST(a_gpt_whose_checksum_is_wrong)
{
    make_fat();
    make_gpt("artifact", 128);
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    sh("printf xxxx | dd of=artifact bs=1 seek=$((512 + 16)) conv=notrunc");
    told("those of its second copy are right");
    ck_assert(find(&seen, "p1/x")->needle);

    make_gpt("artifact", 128);
    sh("printf x | dd of=artifact bs=1 seek=$((1024 + 56)) conv=notrunc"); /* its name */
    told("its checksums are wrong");
    ck_assert(find(&seen, "p1/x")->needle);
}
END_TEST

START_TEST(a_gpt_whose_copy_shows_other_partitions)
{
    make_fat();
    make_gpt("artifact", 128);
    make_gpt("other", 1024);
    sh("dd if=other of=artifact bs=512 skip=4063 seek=4063 conv=notrunc");
    told("shows other partitions");
    ck_assert(find(&seen, "p1/x")->needle);
}
END_TEST

/* Writes a number into an entry of an MBR or of a link that begins at `sector`. */
static void patch(unsigned sector, unsigned entry, unsigned field, unsigned value)
{
    sh("printf '\\%03o\\%03o\\%03o\\%03o' | dd of=artifact bs=1 seek=%u conv=notrunc", value & 255,
       value >> 8 & 255, value >> 16 & 255, value >> 24, sector * 512 + 446 + entry * 16 + field);
}

static void make_mbr(void)
{
    sh("rm -f artifact; truncate -s 4M artifact\n"
       "printf '64,512,L\\n1024,7000,E\\n1088,512,L\\n2112,512,L\\n' | sfdisk -q artifact\n"
       "dd if=fat of=artifact bs=512 seek=2112 conv=notrunc");
}

#define FIRST_LINK 1024
#define START 8

START_TEST(a_chain_of_logical_partitions_that_is_broken)
{
    make_fat();
    make_mbr();
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "p6/x")->needle);

    patch(FIRST_LINK, 1, START, 0); /* to itself */
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(strstr(find_unread(&seen, "", UNREAD_CORRUPT)->detail, "in a circle"));
    ck_assert(find(&seen, "(free)")->needle);

    patch(FIRST_LINK, 1, START, 4000); /* to where no link is */
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(strstr(find_unread(&seen, "", UNREAD_CORRUPT)->detail, "is damaged"));
    ck_assert(find(&seen, "(free)")->needle);
}
END_TEST

START_TEST(partitions_behind_the_end)
{
    make_fat();
    for (unsigned entry = 2; entry < 4; entry++) {
        char name[16];

        snprintf(name, sizeof(name), "p%u", entry + 1);
        make_mbr();
        patch(0, entry, START, 1u << 30);
        patch(0, entry, START + 4, 2048);
        patch(0, entry, 4 - 3, 0x83000000); /* its type, the fourth byte */
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, name, UNREAD_CORRUPT));
        ck_assert(find(&seen, "p6/x")->needle);
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
    Suite *suite = suite_create("image_table");
    TCase *tests = tcase_create("table");

    tcase_add_checked_fixture(tests, set_up, done);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_gpt_whose_checksum_is_wrong);
    tcase_add_test(tests, a_gpt_whose_copy_shows_other_partitions);
    tcase_add_test(tests, a_chain_of_logical_partitions_that_is_broken);
    tcase_add_test(tests, partitions_behind_the_end);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
