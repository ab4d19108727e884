/* What a walk says that it has read: counted once, by the format around it, and by name where only
 * raw bytes could be read. */
#include "image_support.h"

static struct seen seen;

static const struct image_count *count_of(const char *format)
{
    for (size_t i = 0; i < seen.result.n_counts; i++)
        if (strcmp(seen.result.counts[i].format, format) == 0)
            return &seen.result.counts[i];
    ck_abort_msg("no %s was counted", format);
    return NULL;
}

static void has_raw(const char *where, const char *format)
{
    for (size_t i = 0; i < seen.n_raw; i++)
        if (strcmp(seen.raw[i].where, where) == 0 && strcmp(seen.raw[i].format, format) == 0)
            return;
    ck_abort_msg("%s is not among the raw places as %s", where, format);
}

/* Every byte and entry counts for one format. */
static void sums_hold(uint64_t bytes_of_none)
{
    uint64_t bytes = 0, entries = 0, handed = 0;

    for (size_t i = 0; i < seen.result.n_counts; i++) {
        bytes += seen.result.counts[i].bytes;
        entries += seen.result.counts[i].entries;
    }
    for (size_t i = 0; i < seen.n; i++)
        handed += seen.records[i].bytes;
    ck_assert_uint_eq(bytes + bytes_of_none, seen.result.bytes);
    ck_assert_uint_eq(handed, seen.result.bytes);
    if (!bytes_of_none)
        ck_assert_uint_eq(entries, seen.result.entries);
    ck_assert_uint_eq(seen.n, seen.result.entries);
}

START_TEST(containers_in_containers_are_counted_apart)
{
    struct record *text, *packed, *inner;

    sh("mkdir tree; seq 90000 >text; gzip -nk text; mv text.gz tree; mkdir in; seq 500 >in/five;"
       "tar -C in -czf tree/in.tar.gz five; tar --format=ustar -C tree -cf artifact in.tar.gz "
       "text.gz");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    text = find(&seen, "text.gz!text");
    packed = find(&seen, "text.gz");
    inner = find(&seen, "in.tar.gz!five");
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(packed);
    ck_assert_ptr_nonnull(inner);
    ck_assert_uint_eq(count_of("gzip")->containers, 2);
    ck_assert_uint_eq(count_of("gzip")->entries, 1);
    ck_assert_uint_eq(count_of("gzip")->bytes, text->bytes);
    ck_assert_uint_eq(count_of("tar")->containers, 2);
    ck_assert_uint_ge(count_of("tar")->bytes,
                      inner->bytes + packed->bytes + find(&seen, "in.tar.gz")->bytes);
    sums_hold(0);
    ck_assert_uint_eq(seen.n_raw, 0);
}
END_TEST

START_TEST(a_file_system_without_a_reader_is_named)
{
    sh("truncate -s 8M artifact; sgdisk -n 1:2048:+2M -n 2:0:+1M -n 3:0:+1M artifact;"
       "printf _BHRfS_M | dd of=artifact bs=1 seek=$((1048576 + 65600)) conv=notrunc;"
       "printf 'what is this' | dd of=artifact bs=1M seek=3 conv=notrunc");
    walk_whole(&seen, "artifact");
    has_raw("p1", "btrfs");
    has_raw("p2", "unknown");
    ck_assert_uint_eq(seen.n_raw, 2); /* p3 holds nothing at all */
    ck_assert_uint_eq(count_of("btrfs")->containers, 1);
    ck_assert_uint_eq(count_of("btrfs")->bytes, seen.raw[0].bytes);
    sums_hold(seen.raw[1].bytes);
}
END_TEST

START_TEST(so_is_a_file_in_an_archive)
{
    sh("mkdir tree; printf 'Rar!\\032\\007\\000 and so on' >tree/old.rar; echo x >tree/x;"
       "tar -C tree -cf artifact .");
    walk_whole(&seen, "artifact");
    has_raw("old.rar", "rar");
    ck_assert_uint_eq(seen.n_raw, 1);
    ck_assert_uint_eq(seen.raw[0].bytes, find(&seen, "old.rar")->bytes);
    sums_hold(0);
    sh("printf 'nothing that is known' >artifact");
    walk_whole(&seen, "artifact");
    has_raw("", "unknown");
    ck_assert_uint_eq(seen.raw[0].bytes, 21);
    sh("gzip -n artifact; mv artifact.gz artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_raw, 0); /* a compressed text is read in full */
    sums_hold(0);
}
END_TEST

START_TEST(so_is_a_virtual_disk_that_does_not_open)
{
    sh("mkdir tree; qemu-img create -q -f qcow2 tree/disk 1M; echo x >tree/x\n"
       "printf '\\0\\0\\0\\1' | dd of=tree/disk bs=1 seek=20 conv=notrunc\n" /* cluster_bits */
       "tar -C tree -cf artifact .");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "disk", UNREAD_CORRUPT));
    has_raw("disk", "qcow2");
    ck_assert_uint_eq(seen.n_raw, 1);
    ck_assert_uint_eq(seen.raw[0].bytes, find(&seen, "disk")->bytes);
    sums_hold(0);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    Suite *suite = suite_create("image_coverage");
    TCase *tests = tcase_create("coverage");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, done);
    tcase_add_test(tests, containers_in_containers_are_counted_apart);
    tcase_add_test(tests, a_file_system_without_a_reader_is_named);
    tcase_add_test(tests, so_is_a_file_in_an_archive);
    tcase_add_test(tests, so_is_a_virtual_disk_that_does_not_open);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
