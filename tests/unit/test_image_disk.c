/* Disk images: file systems, partition tables, virtual disks, free space. */
#include "image_support.h"

static struct seen seen;

/* lost+found, which mke2fs makes, the root, the label and the free space. */
#define EXT_MORE 5

START_TEST(ext_of_every_kind)
{
    static const char *const options[] = {
        "-t ext4",
        "-t ext2 -b 1024",
        "-t ext3 -b 4096",
        "-t ext4 -O ^extent,^64bit -I 128",
        "-t ext4 -O bigalloc -C 65536",
    };

    make_tree();
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        sh("rm -f artifact; truncate -s 64M artifact; mke2fs -q -F -L assay %s -d tree artifact",
           options[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_str_eq(seen.result.format, "ext");
        compare_tree(&seen, "", EXT_MORE);
        ck_assert_str_eq(find(&seen, "(volume label)")->head, "assay");
        ck_assert_str_eq(find(&seen, "etc/wsl.conf")->xattr, "user.note=kept");
        ck_assert_uint_eq(find(&seen, "etc/wsl.conf")->mode, 04750);
        ck_assert_uint_lt(find(&seen, "data/sparse")->bytes, 4000000);
    }
}
END_TEST

START_TEST(an_ext_file_of_many_pieces)
{
    make_tree();
    sh("truncate -s 64M artifact; mke2fs -q -F -t ext4 -b 1024 -d tree artifact;"
       "i=2; { while [ $i -lt 300 ]; do echo rm data/f$i; i=$((i + 2)); done; } >script;"
       "debugfs -w -f script artifact; seq 200000 >many; debugfs -w -R 'write many many' artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    sh("sha256sum many | grep ^%s", find(&seen, "many")->sha256);
}
END_TEST

START_TEST(deleted_content_is_in_the_free_space)
{
    sh("mkdir tree; printf " NEEDLE " >tree/gone; truncate -s 16M artifact;"
       "mke2fs -q -F -t ext4 -d tree artifact; debugfs -w -R 'rm gone' artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_ptr_null(find(&seen, "gone"));
    ck_assert(find(&seen, "(free)")->needle);
}
END_TEST

/* Where bytes lie in use that are no file's content: found by debugfs's view of what is made. */
START_TEST(what_no_ext_file_shows_is_scanned)
{
    static const struct {
        const char *what, *block;
    } rows[] = {
        {"journal", "$(debugfs -R 'bmap <8> 50' artifact) * 4096 + 3"},
        {"slack", "$(debugfs -R 'bmap short 0' artifact) * 4096 + 2000"},
        {"behind the end", "$(debugfs -R 'bmap cut 1' artifact) * 4096"},
        {"directory", "$(debugfs -R 'bmap / 0' artifact) * 4096 + 3000"},
        {"boot sector", "100"},
        {"tables that are kept free", "$(dumpe2fs artifact | sed -n 's/.*Reserved GDT blocks at "
                                      "\\([0-9]*\\)-.*/\\1/p' | head -n 1) "
                                      "* 4096 + 9"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sh("rm -rf artifact tree; mkdir tree; echo x >tree/short; seq 2000 >tree/cut; truncate "
           "-s 32M artifact\n"
           "mke2fs -q -F -b 4096 -t ext4 -O ^metadata_csum -d tree artifact; debugfs -w -R "
           "'sif cut size 10' artifact");
        plant(rows[i].block);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_msg(find(&seen, "(slack)")->needle, "%s", rows[i].what);
        ck_assert(!find(&seen, "(free)")->needle);
        ck_assert(!find(&seen, "short")->needle);
        ck_assert(!find(&seen, "cut")->needle);
    }
}
END_TEST

START_TEST(what_no_fat_file_shows_is_scanned)
{
    static const char *const places[] = {
        "20 * 512",                                          /* a reserved sector */
        "$(grep -abo tiny-file artifact | cut -d: -f1) + 30" /* behind a file's end */
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        sh("rm -f artifact; mkfs.vfat -F 32 -C artifact 40000; printf tiny-file >f;"
           "mcopy -i artifact f ::/f");
        plant(places[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_msg(find(&seen, "(slack)")->needle, "%s", places[i]);
    }
}
END_TEST

START_TEST(what_a_virtual_disk_does_not_show_is_scanned)
{
    static const char *const makes[] = {
        "qemu-img create -q -f qcow2 artifact 16M; printf " NEEDLE " >>artifact",
        /* a cluster that reads as zeros, but keeps what it held */
        "qemu-img create -q -f qcow2 artifact 16M; printf " NEEDLE " >n; qemu-io -f qcow2 -c "
        "'write -s n 1M 20' -c 'write -z 1M 64k' artifact",
        "qemu-img create -q -f vmdk artifact 16M; printf " NEEDLE " >>artifact",
    };

    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f artifact; %s", makes[i]);
        walk_whole(&seen, "artifact");
        ck_assert_msg(find(&seen, "(unmapped)")->needle, "%s", makes[i]);
    }
    sh("rm -f artifact; printf " NEEDLE " >n; truncate -s 1M n; qemu-img convert -O qcow2 n "
       "artifact");
    walk_whole(&seen, "artifact");
    ck_assert(find(&seen, "(raw)")->needle);
    ck_assert(!find(&seen, "(unmapped)")->needle);
}
END_TEST

START_TEST(partitions_of_gpt)
{
    make_tree();
    sh("truncate -s 40M fs; mke2fs -q -F -t ext4 -d tree fs; truncate -s 34M esp; mkfs.vfat -F 32 "
       "-n BOOT esp; mmd -i esp ::/EFI; seq 30000 >seq; mcopy -i esp seq ::/EFI/Seq.txt;"
       "mcopy -i esp seq ::/gone; mdel -i esp ::/gone; truncate -s 100M artifact;"
       "printf 'between partitions' | dd of=artifact bs=1 seek=40000 conv=notrunc;"
       "sgdisk -n 1:2048:+34M -t 1:ef00 -n 3:0:+40M -n 4:0:+1M -n 9:0:+1M -t 9:ef02 artifact;"
       "dd if=esp of=artifact bs=1M seek=1 conv=notrunc; dd if=fs of=artifact bs=1M seek=35 "
       "conv=notrunc; printf garbage | dd of=artifact bs=1M seek=75 conv=notrunc;"
       "printf 'boot code' | dd of=artifact bs=1M seek=76 conv=notrunc");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_ptr_nonnull(find_unread(&seen, "p4", UNREAD_UNSUPPORTED));
    ck_assert_str_eq(find(&seen, "p4/(raw)")->head, "garbage");
    ck_assert_str_eq(find(&seen, "p9/(raw)")->head, "boot code");
    ck_assert_str_eq(seen.result.format, "gpt");
    compare_tree(&seen, "p3/", EXT_MORE - 1);
    sh("sha256sum seq | grep ^%s", find(&seen, "p1/EFI/Seq.txt")->sha256);
    ck_assert_uint_gt(find(&seen, "p1/(free)")->bytes, 100000); /* what was deleted */
    ck_assert_uint_gt(find(&seen, "(free)")->bytes, 0);
}
END_TEST

START_TEST(partitions_of_mbr)
{
    sh("mkdir tree; echo x >tree/x; truncate -s 8M fs; mke2fs -q -F -t ext2 -d tree fs;"
       "truncate -s 40M artifact; printf '2048,8M,L\\n18432,20M,E\\n20480,8M,L\\n' | sfdisk -q "
       "artifact; dd if=fs of=artifact bs=512 seek=2048 conv=notrunc;"
       "dd if=fs of=artifact bs=512 seek=20480 conv=notrunc");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "p1/", EXT_MORE - 1);
    compare_tree(&seen, "p5/", EXT_MORE - 1);
}
END_TEST

START_TEST(fat_of_every_width)
{
    static const char *const options[] = {"-F 12 -C artifact 1440", "-F 16 -C artifact 20000",
                                          "-F 32 -C artifact 40000"};

    sh("seq 50000 >seq; head -c 70001 /dev/urandom >noise");
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        sh("rm -f artifact; mkfs.vfat -n LABEL %s; mmd -i artifact ::/a '::/a/long name of b';"
           "mcopy -i artifact seq '::/a/long name of b/seq'; mcopy -i artifact noise ::/noise",
           options[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        sh("sha256sum seq | grep ^%s", find(&seen, "a/long name of b/seq")->sha256);
        sh("sha256sum noise | grep ^%s", find(&seen, "noise")->sha256);
    }
}
END_TEST

START_TEST(a_file_with_a_dollar_is_looked_into)
{
    sh("printf " NEEDLE " | gzip >f; mkfs.vfat -F 16 -C artifact 20000; mcopy -i artifact f "
       "'::/$f.gz'");
    walk_whole(&seen, "artifact");
    ck_assert(find(&seen, "$f.gz!$f")->needle);
}
END_TEST

START_TEST(virtual_disks)
{
    static const struct {
        const char *options, *format;
    } rows[] = {
        {"-O qcow2", "qcow2+ext"}, {"-c -O qcow2", "qcow2+ext"},
        {"-O vmdk", "vmdk+ext"},   {"-O vmdk -o subformat=streamOptimized", "vmdk+ext"},
        {"-O vpc", "vhd+ext"},     {"-O vpc -o subformat=fixed,force_size", "vhd+ext"},
        {"-O vhdx", "vhdx+ext"},   {"-O vdi", "vdi+ext"},
    };

    make_tree();
    sh("truncate -s 64M raw; mke2fs -q -F -t ext4 -d tree raw");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sh("rm -f artifact; qemu-img convert %s raw artifact", rows[i].options);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_str_eq(seen.result.format, rows[i].format);
        compare_tree(&seen, "", EXT_MORE); /* with (unmapped) */
    }
}
END_TEST

START_TEST(disks_that_need_other_files_are_refused)
{
    static const char *const makes[] = {
        "qemu-img create -q -f qcow2 -b base -F raw artifact",
        "qemu-img create -q -f qcow2 -o data_file=data artifact 16M",
        "qemu-img create -q -f vmdk -o subformat=monolithicFlat artifact 16M",
        ("qemu-img create -q -f vmdk artifact 16M; head -c 8 /dev/zero | dd of=artifact bs=1 "
         "seek=12 conv=notrunc"),
        "qemu-img create -q -f vmdk base 16M; qemu-img create -q -f vmdk -b base -F vmdk artifact",
    };

    sh("truncate -s 16M base");
    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f artifact; %s", makes[i]);
        walk_whole(&seen, "artifact");
        ck_assert_msg(find_unread(&seen, "", UNREAD_REFUSED) != NULL, "%s", makes[i]);
    }
    sh("rm -f artifact; qemu-img create -q -f qcow2 --object secret,id=s,data=x -o "
       "encrypt.format=luks,encrypt.key-secret=s artifact 16M");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_ENCRYPTED));
    sh("rm -f artifact; qemu-img create -q -f qcow2 artifact 16M; qemu-img snapshot -c one "
       "artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNSUPPORTED));
}
END_TEST

START_TEST(disks_in_other_containers)
{
    make_tree();
    sh("truncate -s 64M disk.raw; mke2fs -q -F -t ext4 -d tree disk.raw; tar -Sczf artifact "
       "disk.raw; gzip -nk disk.raw");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "disk.raw!", EXT_MORE - 1);
    walk_whole(&seen, "disk.raw.gz");
    nothing_unread(&seen);
    ck_assert_str_eq(seen.result.format, "gzip+ext");
    compare_tree(&seen, "", EXT_MORE - 1);
    sh("qemu-img convert -O qcow2 disk.raw disk.qcow2; tar -czf artifact disk.qcow2");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "disk.qcow2!", EXT_MORE - 1);
    sh("rm -rf tree2; mkdir tree2; cp disk.qcow2 tree2; truncate -s 64M outer; "
       "mke2fs -q -F -t ext4 -d tree2 outer; qemu-img convert -c -O qcow2 outer artifact; "
       "rm outer; gzip artifact");
    walk_whole(&seen, "artifact.gz");
    nothing_unread(&seen);
    ck_assert_str_eq(seen.result.format, "gzip+qcow2+ext");
    compare_tree(&seen, "disk.qcow2!", EXT_MORE - 1);
    ck_assert_ptr_nonnull(find(&seen, "(unmapped)"));
}
END_TEST

START_TEST(what_is_known_but_not_read)
{
    sh("mkdir d; echo x >d/x; mksquashfs d artifact -quiet -no-progress -comp lzo");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNSUPPORTED));
    ck_assert_str_eq(seen.result.format, "squashfs");
    ck_assert_uint_gt(find(&seen, "(raw)")->bytes, 0);
    sh("rm artifact; truncate -s 8M artifact; printf 'LUKS\\272\\276' | dd of=artifact "
       "conv=notrunc");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_ENCRYPTED));
    sh("rm artifact; printf 'Rar!\\032\\007\\001\\000' >rar; tar -cf artifact rar");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "rar", UNREAD_UNSUPPORTED));
    sh("rm artifact; truncate -s 8M artifact; mkswap artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
}
END_TEST

/* What reads as two formats is read as one of them: that must not hide what the other one shows. */
START_TEST(what_is_two_formats_is_no_secret)
{
    static const char *const first[] = {"printf SWAPSPACE2 | dd of=artifact bs=1 seek=4086",
                                        "printf '\\067\\177\\006\\202\\000\\055\\342\\030' | "
                                        "dd of=artifact bs=1"};
    static const char *const other[] = {"python3 -m zipfile -c zip d/x; cat zip >>artifact",
                                        "mksquashfs d small -quiet -no-progress; dd if=small "
                                        "of=artifact"};

    sh("mkdir d cd; echo x >d/x; echo %s | gzip >cd/x.gz; xorriso -as mkisofs -quiet -R -o iso cd",
       NEEDLE);
    for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
        sh("cp iso artifact; %s conv=notrunc", first[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_str_eq(seen.result.format, "iso9660");
        ck_assert(find(&seen, "x.gz!x")->needle);
    }
    for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++) {
        sh("cp iso artifact; %s%s", other[i], i ? " conv=notrunc" : "");
        walk_whole(&seen, "artifact");
        ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNSUPPORTED));
        ck_assert_ptr_nonnull(find(&seen, "x"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_disk");
    TCase *tests = tcase_create("disk");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, ext_of_every_kind);
    tcase_add_test(tests, what_is_two_formats_is_no_secret);
    tcase_add_test(tests, an_ext_file_of_many_pieces);
    tcase_add_test(tests, deleted_content_is_in_the_free_space);
    tcase_add_test(tests, what_no_ext_file_shows_is_scanned);
    tcase_add_test(tests, what_no_fat_file_shows_is_scanned);
    tcase_add_test(tests, what_a_virtual_disk_does_not_show_is_scanned);
    tcase_add_test(tests, partitions_of_gpt);
    tcase_add_test(tests, partitions_of_mbr);
    tcase_add_test(tests, fat_of_every_width);
    tcase_add_test(tests, a_file_with_a_dollar_is_looked_into);
    tcase_add_test(tests, virtual_disks);
    tcase_add_test(tests, disks_that_need_other_files_are_refused);
    tcase_add_test(tests, disks_in_other_containers);
    tcase_add_test(tests, what_is_known_but_not_read);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
