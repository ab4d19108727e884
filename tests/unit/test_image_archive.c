/* Streams of entries: tar and its like, the filters around them, containers in containers. */
#include "image_support.h"

static struct seen seen;

#define TAR_MORE 2 /* the root, and the headers */

START_TEST(tar_in_every_filter)
{
    static const struct {
        const char *pack, *format;
    } rows[] = {
        {"cat", "tar"},          {"gzip -n", "gzip+tar"}, {"xz -T2 --block-size=1MiB", "xz+tar"},
        {"zstd -q", "zstd+tar"}, {"bzip2", "bzip2+tar"},  {"lz4 -q", "lz4+tar"},
    };

    make_tree();
    sh("tar -C tree --xattrs -S -cf plain.tar .");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        sh("%s <plain.tar >artifact", rows[i].pack);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_str_eq(seen.result.format, rows[i].format);
        compare_tree(&seen, "", TAR_MORE);
        ck_assert_str_eq(find(&seen, "etc/wsl.conf")->xattr, "user.note=kept");
        ck_assert_uint_eq(find(&seen, "etc/wsl.conf")->mode, 04750);
        ck_assert_uint_lt(find(&seen, "data/sparse")->bytes, 1000000);
    }
}
END_TEST

START_TEST(every_flavour_of_tar_and_cpio)
{
    static const char *const packs[] = {
        "tar -C tree -H ustar --exclude=longlink -cf artifact .",
        "tar -C tree -H oldgnu -cf artifact .",
        "tar -C tree -H pax -S -cf artifact .",
        /* (cpio gives hard links' content to the last one) */
        "cd tree; rm data/big2; find . | LC_ALL=C sort | cpio -o -H newc --quiet >../artifact",
        "cd tree; find . | LC_ALL=C sort | cpio -o -H odc --quiet >../artifact",
    };

    make_tree();
    sh("rm -r tree/home/*/ddd* tree/etc/longlink");
    for (size_t i = 0; i < sizeof(packs) / sizeof(*packs); i++) {
        sh("%s", packs[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        compare_tree(&seen, "", TAR_MORE);
    }
}
END_TEST

START_TEST(a_zip_is_read_by_its_directory)
{
    sh("mkdir -p tree/a; echo one >tree/a/one; seq 20000 >tree/a/two; cd tree; zip -qr "
       "../artifact.zip .;"
       "zip -q -P pass ../locked.zip a/one; mv ../locked.zip ../artifact.zip .; tar cf ../both.tar "
       "*.zip; rm *.zip");
    walk_whole(&seen, "both.tar");
    compare_tree(&seen, "artifact.zip!", 0);
    ck_assert_ptr_nonnull(find_unread(&seen, "locked.zip!a/one", UNREAD_ENCRYPTED));
}
END_TEST

START_TEST(containers_nest)
{
    struct record *outer;

    make_tree();
    sh("tar -C tree -cf inner.tar .; gzip -kn inner.tar; xz -k inner.tar; printf hello >hello.txt;"
       "gzip hello.txt; zstd -q --rm inner.tar; ar rc pack.deb inner.tar.xz; rm inner.tar.xz;"
       "tar -cf - inner.tar.gz inner.tar.zst pack.deb hello.txt.gz | gzip >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    compare_tree(&seen, "inner.tar.gz!", TAR_MORE);
    compare_tree(&seen, "inner.tar.zst!", TAR_MORE);
    compare_tree(&seen, "pack.deb!inner.tar.xz!", TAR_MORE);
    ck_assert_str_eq(find(&seen, "hello.txt.gz!hello.txt")->head, "hello");
    ck_assert_int_eq(find(&seen, "hello.txt.gz!(gzip header)")->type, ENTRY_META);
    /* The raw bytes of a container are its entry's content, in full. */
    outer = find(&seen, "inner.tar.gz");
    sh("sha256sum inner.tar.gz | grep -q ^%s", outer->sha256);
    ck_assert_str_eq(seen.result.format, "gzip+tar");
}
END_TEST

START_TEST(gzip_members_and_what_follows)
{
    sh("{ printf one | gzip -n; printf two | gzip -n; head -c 100 /dev/zero; } >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_uint_eq(seen.n, 1);
    ck_assert_str_eq(seen.records[0].head, "onetwo");

    sh("{ printf one | gzip -n; printf garbage; } >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "(after the end)")->head, "garbage");

    sh("{ printf one | gzip -n; head -c 2000000 /dev/urandom; } >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_uint_eq(find(&seen, "(after the end)")->bytes, 2000000);

    /* Members with zeros between them, as some loaders allow, and a container behind the last. */
    sh("printf two >two; { printf one | gzip -n; head -c 700 /dev/zero; gzip <two; head -c 9 "
       "/dev/zero; tar -cf - two; } >artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "(after the end)!(after the end)")->head, "two");
    ck_assert_str_eq(find(&seen, "(after the end)!(after the end)!two")->head, "two");

    sh("{ printf one | xz; printf garbage; } >artifact");
    walk_whole(&seen, "artifact");
    ck_assert(seen.n_unread || find(&seen, "(after the end)"));
}
END_TEST

/* A frame that decompressors pass over: before, among or after others. */
START_TEST(skippable_frames_are_scanned)
{
    static const char *const packs[] = {"zstd -q", "zstd -q --no-check -19", "lz4 -q",
                                        "lz4 -q -BX --content-size"};

    sh("printf '\\120\\052\\115\\030\\024\\000\\000\\000" NEEDLE "' >skip; seq 300000 >seq");
    for (size_t i = 0; i < sizeof(packs) / sizeof(*packs); i++) {
        sh("%s <seq >one; cat one skip >artifact", packs[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_msg(find(&seen, "(after the end)")->needle, "%s", packs[i]);
        sh("%s <seq >one; cat one skip one >artifact", packs[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_msg(find(&seen, "(after the end)")->needle, "%s", packs[i]);
        sh("cat seq seq | sha256sum | grep ^%s", seen.records[0].sha256);
    }
}
END_TEST

START_TEST(what_follows_a_tar_is_scanned)
{
    sh("echo a >a; tar -cf artifact a; printf 'TOKEN=hidden' >>artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "(after the end)")->head, "TOKEN=hidden");

    /* An initrd: one cpio after the other, the second compressed. */
    sh("echo a | cpio -o -H newc --quiet >artifact; echo b >b; echo b | cpio -o -H newc --quiet | "
       "gzip -n >>artifact");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert_str_eq(find(&seen, "(after the end)!b")->head, "b\n");
}
END_TEST

START_TEST(what_a_tar_holds_beside_content_is_scanned)
{
    static const char *const makes[] = {
        "tar -V " NEEDLE " -cf artifact d",
        "tar --format=pax --pax-option=globexthdr.name=g,comment=" NEEDLE " -cf artifact d",
        "tar --format=pax --pax-option=vendor.x:=" NEEDLE " -cf artifact d",
        /* behind the content of a file, where it is filled up to a whole block */
        "tar -cf artifact d; printf " NEEDLE " | dd of=artifact bs=1 conv=notrunc seek=$(($(grep "
        "-abo tiny-file artifact | cut -d: -f1) + 30))",
        "ar rcD artifact d/f; printf " NEEDLE " >>artifact",
    };

    sh("mkdir d; printf tiny-file >d/f; seq 200000 >d/seq");
    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f artifact inner.gz; %s; gzip -k artifact; mv artifact.gz inner.gz; tar -cf nested "
           "inner.gz",
           makes[i]);
        walk_whole(&seen, "artifact");
        ck_assert_msg(find(&seen, "(headers)")->needle, "%s", makes[i]);
        ck_assert_uint_lt(find(&seen, "(headers)")->bytes, 8192); /* and no content */
        walk_whole(&seen, "nested");
        ck_assert_msg(find(&seen, "inner.gz!(headers)")->needle, "%s", makes[i]);
    }
    sh("tar -cf inner d; tar -cf artifact inner");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_null(find(&seen, "inner!(headers)")); /* the file shows them */
}
END_TEST

START_TEST(no_format_at_all)
{
    sh(": >artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_EMPTY));
    ck_assert_str_eq(seen.result.format, "empty");

    sh("seq 100000 >artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_UNKNOWN));
    ck_assert_str_eq(seen.result.format, "unknown");
    ck_assert_str_eq(seen.records[0].where, "(raw)");
    ck_assert_str_eq(seen.records[0].sha256, seen.result.sha256);
}
END_TEST

START_TEST(a_visitor_can_end_the_walk)
{
    make_tree();
    sh("tar -C tree -czf artifact .");
    forget(&seen);
    snprintf(artifact_path, sizeof(artifact_path), "%s/artifact", folder);
    seen.fail_after = 5;
    {
        int fd = open(artifact_path, O_RDONLY);

        ck_assert_int_eq(image_walk(fd, &image_budget_default, &keep_all, &seen, &full_host,
                                    &seen.result, &seen.err),
                         -EPIPE);
        close(fd);
    }
    ck_assert_uint_eq(seen.n, 5);
}
END_TEST

static unsigned told;

/* A name that the visitor has not seen may hold a secret that nobody hides yet. */
static void progress_of_the_last_entry(void *ctx, uint64_t in, uint64_t total, uint64_t entries,
                                       const char *path)
{
    (void)ctx;
    (void)in;
    (void)total;
    ck_assert_uint_eq(entries, seen.n);
    ck_assert_str_eq(path, seen.n ? seen.records[seen.n - 1].where : "");
    told++;
}

START_TEST(progress_tells_no_name_before_the_visitor_has_it)
{
    struct image_host host = full_host;
    int fd;

    host.progress = progress_of_the_last_entry;
    sh("mkdir many; cd many; seq 600 | xargs touch; cd ..; tar -cf artifact many");
    forget(&seen);
    snprintf(artifact_path, sizeof(artifact_path), "%s/artifact", folder);
    fd = open(artifact_path, O_RDONLY | O_CLOEXEC);
    told = 0;
    ck_assert_int_eq(
        image_walk(fd, &image_budget_default, &keep_all, &seen, &host, &seen.result, &seen.err), 0);
    close(fd);
    ck_assert_uint_gt(told, 0);
}
END_TEST

START_TEST(paths_and_formats_are_documented)
{
    char where[64];
    json_t *formats = image_formats_json();

    image_where("image.ova!disk.vmdk!p2", "etc/passwd", where, sizeof(where));
    ck_assert_str_eq(where, "image.ova!disk.vmdk!p2/etc/passwd");
    image_where("a.tar.gz", "b", where, sizeof(where));
    ck_assert_str_eq(where, "a.tar.gz!b");
    ck_assert_uint_gt(json_array_size(formats), 20);
    json_decref(formats);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_archive");
    TCase *tests = tcase_create("archive");

    tcase_set_timeout(tests, 0);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, tar_in_every_filter);
    tcase_add_test(tests, every_flavour_of_tar_and_cpio);
    tcase_add_test(tests, a_zip_is_read_by_its_directory);
    tcase_add_test(tests, containers_nest);
    tcase_add_test(tests, gzip_members_and_what_follows);
    tcase_add_test(tests, skippable_frames_are_scanned);
    tcase_add_test(tests, what_follows_a_tar_is_scanned);
    tcase_add_test(tests, what_a_tar_holds_beside_content_is_scanned);
    tcase_add_test(tests, no_format_at_all);
    tcase_add_test(tests, a_visitor_can_end_the_walk);
    tcase_add_test(tests, progress_tells_no_name_before_the_visitor_has_it);
    tcase_add_test(tests, paths_and_formats_are_documented);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
