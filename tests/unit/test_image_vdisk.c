/* Virtual disks: what of their files is scanned a second time, and what they may not name. */
#include "image_support.h"

static struct seen seen;

/* Of a disk that holds `noise` bytes of noise, the rest of the file may be this much. */
#define REST (2 << 20)
#define NOISE (12 << 20)

/* qemu-img's options, where bytes may stand that no disk shows (a shell expression of bytes), and
 * where the table's entry of the disk's first block stands and how long it is. */
static const struct {
    const char *options, *slack, *entry;
    unsigned len;
} maps[] = {
    {"-O qcow2", "$(stat -c %s artifact)", "262144", 8},
    {"-O vmdk", "$(stat -c %s artifact)", "", 0},
    {"-O vpc -o subformat=dynamic,force_size", "$(stat -c %s artifact) - 400", "1536", 4},
    {"-O vpc -o subformat=fixed,force_size", NULL, "", 0},
    {"-O vhdx -o subformat=dynamic", "$(stat -c %s artifact)", "$((2 << 20))", 8},
    {"-O vdi", "$(stat -c %s artifact)", "512", 4},
};

START_TEST(what_a_disk_shows_is_not_scanned_again)
{
    sh("head -c %d /dev/urandom >noise; truncate -s 64M raw; mkdir tree; cp noise tree;"
       "mke2fs -q -F -t ext4 -d tree raw",
       NOISE);
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
        sh("rm -f artifact; qemu-img convert %s raw artifact", maps[i].options);
        if (maps[i].slack)
            sh("printf " NEEDLE " | dd of=artifact bs=1 conv=notrunc seek=$((%s))", maps[i].slack);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        compare_files(&seen, "");
        ck_assert_msg(find(&seen, "(unmapped)")->needle == (maps[i].slack != NULL), "%s",
                      maps[i].options);
        ck_assert_msg(find(&seen, "(unmapped)")->bytes < REST, "%s: %llu", maps[i].options,
                      (unsigned long long)find(&seen, "(unmapped)")->bytes);
    }
}
END_TEST

START_TEST(compressed_data_is_scanned_as_it_is)
{
    static const char *const makes[] = {"-c -O qcow2", "-c -O qcow2 -o compression_type=zstd",
                                        "-O vmdk -o subformat=streamOptimized"};

    sh("head -c %d /dev/urandom >raw", NOISE);
    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f artifact; qemu-img convert %s raw artifact; printf " NEEDLE " >>artifact",
           makes[i]);
        walk_whole(&seen, "artifact");
        ck_assert(find(&seen, "(unmapped)")->needle);
        ck_assert_uint_eq(find(&seen, "(raw)")->bytes, NOISE);
    }
}
END_TEST

START_TEST(a_block_that_the_table_does_not_name_is_scanned)
{
    sh("printf " NEEDLE " >raw; truncate -s 16M raw");
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
        if (!maps[i].len)
            continue;
        sh("rm -f artifact; qemu-img convert %s raw artifact; head -c %u /dev/zero | tr '\\0' "
           "'\\%s' | dd of=artifact bs=1 conv=notrunc seek=$((%s))",
           maps[i].options, maps[i].len, maps[i].len == 4 ? "377" : "0", maps[i].entry);
        walk_whole(&seen, "artifact");
        ck_assert_msg(!find(&seen, "(raw)")->needle, "%s", maps[i].options);
        ck_assert_msg(find(&seen, "(unmapped)")->needle, "%s", maps[i].options);
    }
}
END_TEST

START_TEST(a_disk_that_is_damaged_is_scanned_whole)
{
    sh("truncate -s 2G raw; printf '2048,1G,L\\n' | sfdisk -q raw; truncate -s 64M raw;"
       "head -c %d /dev/urandom | dd of=raw bs=1M seek=2 conv=notrunc",
       NOISE);
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
        sh("rm -f artifact; qemu-img convert %s raw artifact", maps[i].options);
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, "p1", UNREAD_CORRUPT));
        ck_assert_uint_gt(find(&seen, "(unmapped)")->bytes, NOISE);
    }
}
END_TEST

/* What names another file, and what of that the reason must tell. */
static const struct {
    const char *make, *tells;
} refused[] = {
    {"qemu-img create -q -f qcow2 -b base -F raw disk", "\"base\""},
    {"qemu-img create -q -f qcow2 -o data_file=data disk 16M", "data file"},
    {"printf '# Disk DescriptorFile\\nversion=1\\ncreateType=\"monolithicFlat\"\\nRW 2048 FLAT "
     "\"/etc/passwd\" 0\\n' >disk",
     "\"/etc/passwd\""},
    {"printf '# Disk DescriptorFile\\nversion=1\\ncreateType=\"fullDevice\"\\nRW 2048 FLAT "
     "\"/dev/sda\" 0\\nRW 2048 FLAT \"/dev/sdb\" 0\\n' >disk",
     "\"/dev/sda\" and 1 more"},
    {"printf '# Disk DescriptorFile\\nRW 1 FLAT \"' >disk; head -c 70000 /dev/zero | tr '\\0' x "
     ">>disk",
     "xxxxx"},
    {"printf '# Disk DescriptorFile\\n' >disk", "another file"},
    {"qemu-img create -q -f vmdk disk 16M; head -c 8 /dev/zero | dd of=disk bs=1 seek=12 "
     "conv=notrunc",
     "another file"},
    {"qemu-img create -q -f vmdk b 16M; qemu-img create -q -f vmdk -b b -F vmdk disk", "made from"},
    {"qemu-img create -q -f vmdk disk 16M; printf '# Disk DescriptorFile\\ncreateType="
     "\"monolithicSparse\"\\nRW 9 SPARSE \"disk\"\\nRW 9 FLAT \"/etc/shadow\"\\n' | dd of=disk "
     "bs=512 seek=1 conv=notrunc",
     "\"disk\" and 2 more"},
    {"qemu-img create -q -f vmdk disk 16M; printf '# Disk DescriptorFile\\ncreateType="
     "\"monolithicSparse\"\\nRW 9 SPARSE \"../../etc/shadow\"\\n' | dd of=disk bs=512 seek=1 "
     "conv=notrunc",
     "\"../../etc/shadow\""},
    {"qemu-img create -q -f vpc disk 16M; printf '\\4' | dd of=disk bs=1 seek=63 conv=notrunc",
     "made from"},
    {"qemu-img create -q -f vpc disk 16M; printf '\\4' | dd of=disk bs=1 conv=notrunc "
     "seek=$(($(stat -c %s disk) - 512 + 63))",
     "made from"},
    {"qemu-img create -q -f vhdx disk 16M; printf '\\2' | dd of=disk bs=1 conv=notrunc "
     "seek=$((0x310004))",
     "made from"},
    {"qemu-img create -q -f vdi disk 16M; printf '\\4' | dd of=disk bs=1 seek=76 conv=notrunc",
     "made from"},
    /* a name of 64 KiB */
    {"qemu-img create -q -f qcow2 disk 16M; printf '\\0\\0\\0\\0\\0\\1\\0\\0\\0\\0\\377\\377' | dd "
     "of=disk bs=1 seek=8 conv=notrunc; tr '\\0' y </dev/zero | dd of=disk bs=65536 seek=1 count=1 "
     "conv=notrunc iflag=fullblock",
     "yyyyy"},
};

START_TEST(what_names_other_files_is_refused)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        const struct unread *unread;

        sh("rm -f disk; truncate -s 16M base; %s; tar -cf artifact disk", refused[i].make);
        walk_whole(&seen, "disk");
        unread = find_unread(&seen, "", UNREAD_REFUSED);
        ck_assert_msg(unread && strstr(unread->detail, refused[i].tells), "%s: %s", refused[i].make,
                      unread ? unread->detail : "not refused");
        ck_assert_ptr_nonnull(find(&seen, "(raw)"));
        walk_whole(&seen, "artifact");
        unread = find_unread(&seen, "disk", UNREAD_REFUSED);
        ck_assert_msg(unread && strstr(unread->detail, refused[i].tells), "%s", refused[i].make);
    }
}
END_TEST

START_TEST(a_flat_extent_beside_its_descriptor_is_a_disk)
{
    const struct unread *unread;

    make_tree();
    sh("truncate -s 64M raw; mke2fs -q -F -t ext4 -d tree raw; qemu-img convert -O vmdk -o "
       "subformat=monolithicFlat raw disk.vmdk; rm raw; tar -cSf artifact disk.vmdk "
       "disk-flat.vmdk");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    unread = find_unread(&seen, "disk.vmdk", UNREAD_REFUSED);
    ck_assert(unread && strstr(unread->detail, "\"disk-flat.vmdk\""));
    compare_files(&seen, "disk-flat.vmdk!");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_vdisk");
    TCase *tests = tcase_create("vdisk");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_a_disk_shows_is_not_scanned_again);
    tcase_add_test(tests, compressed_data_is_scanned_as_it_is);
    tcase_add_test(tests, a_block_that_the_table_does_not_name_is_scanned);
    tcase_add_test(tests, a_disk_that_is_damaged_is_scanned_whole);
    tcase_add_test(tests, what_names_other_files_is_refused);
    tcase_add_test(tests, a_flat_extent_beside_its_descriptor_is_a_disk);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
