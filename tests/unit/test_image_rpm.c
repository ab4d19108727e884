/* Packages as rpmbuild makes them, and such as it never would. */
#include "image_support.h"
#include "suite.h"

static struct seen seen;

/* A package at "package.rpm" whose description holds the needle. */
static void make_package(const char *payload)
{
    sh("mkdir -p root/usr/share; seq 5000 >root/usr/share/seq\n"
       "cat >spec <<'EOF'\n"
       "Name: package\nVersion: 1\nRelease: 1\nSummary: A package\nLicense: MIT\n"
       "BuildArch: noarch\n%%define __spec_install_post %%{nil}\n%%description\n" NEEDLE "\n"
       "%%install\nmkdir -p %%{buildroot}\ncp -a %%{tree}/. %%{buildroot}\n%%files\n/*\nEOF\n"
       "rpmbuild -bb --quiet --define \"_topdir $PWD\" --define \"tree $PWD/root\" "
       "--define \"_binary_payload %s\" spec; cp RPMS/noarch/*.rpm package.rpm",
       payload);
}

START_TEST(headers_are_scanned)
{
    make_package("w6.gzdio");
    walk_whole(&seen, "package.rpm");
    nothing_unread(&seen);
    ck_assert(find(&seen, "(rpm header)")->needle);
    ck_assert_ptr_nonnull(find(&seen, "usr/share/seq"));
    ck_assert_str_eq(seen.result.format, "rpm+gzip+cpio");

    sh("tar -cf artifact package.rpm");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "package.rpm")->needle);
    ck_assert_ptr_nonnull(find(&seen, "package.rpm!usr/share/seq"));
    ck_assert_ptr_null(find(&seen, "package.rpm!(rpm header)")); /* the file shows it */
}
END_TEST

/* Writes `bytes` (printf's escapes) over the package at `at`. */
static void damage(const char *bytes, unsigned at)
{
    sh("cp package.rpm artifact; printf '%s' | dd of=artifact bs=1 conv=notrunc seek=%u "
       "status=none",
       bytes, at);
    walk_whole(&seen, "artifact");
}

START_TEST(headers_that_lie)
{
    make_package("w6.gzdio");
    damage("\\000", 96); /* the signatures' magic */
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
    damage("\\377\\377\\377\\377", 104); /* how many tags */
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
    ck_assert(find(&seen, "(after the end)")->needle);
    damage("\\377\\377\\377\\377", 108); /* how many bytes */
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
    damage("\\017\\377\\377\\377", 108); /* more than there are */
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
    ck_assert(find(&seen, "(rpm header)")->needle);
    damage("\\000\\000\\000\\000", 104); /* none: what follows is no header */
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_CORRUPT));
}
END_TEST

START_TEST(every_cut_is_told)
{
    struct stat st;
    char path[128];

    make_package("w3.zstdio");
    snprintf(path, sizeof(path), "%s/package.rpm", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t size = 112; size < st.st_size; size += 1 + st.st_size / 60) {
        sh("head -c %lld package.rpm >artifact", (long long)size);
        walk_whole(&seen, "artifact");
        ck_assert_msg(seen.n_unread > 0, "cut to %lld", (long long)size);
    }
}
END_TEST

START_TEST(a_payload_of_another_kind)
{
    /* without its payload, it is read as far as it goes; what is no cpio is told */
    make_package("w.ufdio");
    sh("at=$(grep -abo 070701 package.rpm | head -n 1 | cut -d: -f1); head -c $at package.rpm "
       ">artifact; printf 'something else: " NEEDLE "' >>artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "(payload)", UNREAD_UNSUPPORTED));
    ck_assert(find(&seen, "(payload)")->needle);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    const TTest *const tests[] = {headers_are_scanned, headers_that_lie, every_cut_is_told,
                                  a_payload_of_another_kind, NULL};

    return suite_run("image_rpm", tests, set_up, done);
}
