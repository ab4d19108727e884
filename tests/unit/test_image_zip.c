/* Zips that say one thing in their directory and hold another. */
#include "image_support.h"
#include "suite.h"

static struct seen seen;

/* Runs a Python script in the folder, `z` being the module zipfile. */
static void python(const char *script)
{
    sh("rm -f artifact; cat >script.py <<'EOF'\nimport struct, zipfile as z\n"
       "NEEDLE = '" NEEDLE "'\n%s\nEOF\npython3 script.py",
       script);
}

static unsigned count_of(const char *where)
{
    unsigned n = 0;

    for (size_t i = 0; i < seen.n; i++)
        n += strcmp(seen.records[i].where, where) == 0;
    return n;
}

START_TEST(members_that_no_directory_lists)
{
    /* The first of two zips, of which programs see the second only; deflated, so that its raw bytes
     * show nothing. */
    python("with z.ZipFile('first', 'w', z.ZIP_DEFLATED) as f:\n"
           "    f.writestr('hidden/a', (NEEDLE + '\\n') * 50)\n"
           "    f.writestr('hidden/b', 'b' * 5000)\n"
           "with z.ZipFile('second', 'w', z.ZIP_DEFLATED) as f:\n"
           "    f.writestr('shown', 'c' * 3000)\n"
           "data = open('first', 'rb').read()\n"
           "end = data.rindex(b'PK\\5\\6')\n"
           "size, offset = struct.unpack('<II', data[end + 12:end + 20])\n"
           "open('artifact', 'wb').write(data[:offset] + open('second', 'rb').read())\n");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "shown"));
    ck_assert(find(&seen, "(unlisted at 0)!hidden/a")->needle);
    ck_assert_uint_eq(find(&seen, "(unlisted at 0)!hidden/b")->bytes, 5000);

    /* The same of one that a tar holds: it is read from a spool. */
    sh("mkdir d; mv artifact d/app.zip; tar -cf artifact d");
    walk_whole(&seen, "artifact");
    ck_assert(find(&seen, "d/app.zip!(unlisted at 0)!hidden/a")->needle);

    /* Two whole zips, one behind the other. */
    sh("cat first second >artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "shown"));
    ck_assert(find(&seen, "(unlisted at 0)!hidden/a")->needle);
}
END_TEST

/* Two directories, of which one program takes this one and another one that. */
START_TEST(a_zip_with_two_ends)
{
    python("with z.ZipFile('artifact', 'w', z.ZIP_DEFLATED) as f:\n"
           "    f.writestr('shown', 'c' * 3000)\n"
           "data = open('artifact', 'rb').read()\n"
           "at = data.rindex(b'PK\\5\\6')\n"
           "start = struct.unpack('<I', data[at + 16:at + 20])[0]\n"
           "open('artifact', 'wb').write(data[:start])\n"
           "with z.ZipFile('artifact', 'a', z.ZIP_DEFLATED) as f:\n"
           "    f.writestr('hidden', (NEEDLE + '\\n') * 50)\n"
           "    f.comment = data[start:-2] + b'\\1\\0'\n");
    walk_whole(&seen, "artifact");
    ck_assert(find(&seen, "hidden") || find_unread(&seen, "", UNREAD_CORRUPT));
}
END_TEST

START_TEST(nothing_is_unlisted_in_what_tools_write)
{
    static const char *const makes[] = {
        "zip -qr artifact.zip d",
        "zip -qr - d | cat >artifact.zip",
        "zip -qr -fz artifact.zip d",
        "zip -qr plain.zip d; cat /bin/true plain.zip >artifact.zip; zip -q -A artifact.zip",
        "zip -qr plain.zip d; cat /bin/true plain.zip >artifact.zip",
        "zip -qr artifact.zip d; seq 9 >d/more; zip -q artifact.zip d/more; zip -qd artifact.zip "
        "d/a",
        "bsdtar --format=zip -cf artifact.zip d",
        "7zz a -bso0 -tzip artifact.zip d",
        "mkdir p; echo print >p/__main__.py; python3 -m zipapp p -o artifact.zip -p "
        "/usr/bin/python3",
    };

    sh("mkdir d; seq 3000 >d/a; seq 5 >d/b; : >d/c");
    for (size_t i = 0; i < sizeof(makes) / sizeof(*makes); i++) {
        sh("rm -f *.zip; %s; mv artifact.zip artifact", makes[i]);
        walk_whole(&seen, "artifact");
        nothing_unread(&seen);
        ck_assert_uint_gt(seen.n, 1);
        for (size_t j = 0; j < seen.n; j++)
            ck_assert_msg(!strstr(seen.records[j].where, "(unlisted"), "%s: %s", makes[i],
                          seen.records[j].where);
    }
}
END_TEST

START_TEST(names_that_differ_repeat_or_climb)
{
    python("with z.ZipFile('artifact', 'w') as f:\n"
           "    f.writestr('../../etc/passwd', 'up')\n"
           "    f.writestr('same', 'one')\n"
           "    f.writestr('same', 'two')\n"
           "    f.writestr('local-name', 'three')\n"
           "data = open('artifact', 'rb').read()\n"
           "at = data.rindex(b'local-name')\n"
           "open('artifact', 'wb').write(data[:at] + NEEDLE[:10].encode() + data[at + 10:])\n");
    walk_whole(&seen, "artifact");
    ck_assert_str_eq(find(&seen, "../../etc/passwd")->head, "up");
    ck_assert_uint_eq(count_of("same"), 2);
    /* One of the names is shown as the entry's, both in the raw bytes. */
    ck_assert_uint_eq(count_of("local-name") + count_of("needle-in-"), 1);
    ck_assert_int_eq(find(&seen, "(raw)")->type, ENTRY_META);
}
END_TEST

/* No member alone is out of proportion: the ratio is that of the whole zip. */
START_TEST(a_bomb_of_many_members_is_stopped)
{
    python("with z.ZipFile('artifact', 'w', z.ZIP_DEFLATED) as f:\n"
           "    for i in range(40):\n"
           "        f.writestr(str(i), bytes(8 << 20))\n");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "", UNREAD_BUDGET));
    ck_assert_uint_lt(seen.result.bytes, 100 << 20);
}
END_TEST

START_TEST(what_stands_around_members_is_scanned)
{
    python("with z.ZipFile('artifact', 'w') as f:\n"
           "    f.writestr('a', 'one')\n"
           "    f.comment = NEEDLE.encode()\n");
    walk_whole(&seen, "artifact");
    nothing_unread(&seen);
    ck_assert(find(&seen, "(raw)")->needle);

    sh("printf '#!/bin/sh # " NEEDLE "\\n' >script; cat script artifact >app; mv app artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find(&seen, "a"));
    ck_assert(find(&seen, "(raw)")->needle);
}
END_TEST

START_TEST(a_checksum_that_differs_is_told)
{
    python("with z.ZipFile('artifact', 'w') as f:\n"
           "    f.writestr('a', 'first')\n"
           "    f.writestr('b', 'second')\n"
           "data = open('artifact', 'rb').read()\n"
           "open('artifact', 'wb').write(data.replace(b'first', b'fjrst'))\n");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "a", UNREAD_CORRUPT));
    ck_assert_uint_eq(seen.n_unread, 1);
    ck_assert_str_eq(find(&seen, "a")->head, "fjrst");
    ck_assert_str_eq(find(&seen, "b")->head, "second");
}
END_TEST

START_TEST(what_cannot_be_decoded_is_told_once)
{
    sh("mkdir d; seq 30000 >d/seq; 7zz a -bso0 -tzip -mm=Deflate64 artifact.zip d; mv artifact.zip "
       "artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "d/seq", UNREAD_UNSUPPORTED));

    sh("rm artifact; 7zz a -bso0 -tzip -psecret artifact.zip d; mv artifact.zip artifact");
    walk_whole(&seen, "artifact");
    ck_assert_ptr_nonnull(find_unread(&seen, "d/seq", UNREAD_ENCRYPTED));
    ck_assert_uint_eq(seen.n_unread, 1);

    /* One link that cannot be decoded does not end the zip. */
    sh("rm artifact; ln -s $(printf 'a%%.0s' $(seq 300)) d/a; 7zz a -bso0 -snl -tzip -mm=BZip2 "
       "artifact.zip d; "
       "mv artifact.zip artifact");
    walk_whole(&seen, "artifact");
    ck_assert_uint_eq(seen.n_unread, 1);
    sh("sha256sum d/seq | grep ^%s", find(&seen, "d/seq")->sha256);
}
END_TEST

static void done(void)
{
    forget(&seen);
    tear_down();
}

int main(void)
{
    const TTest *const tests[] = {members_that_no_directory_lists,
                                  a_zip_with_two_ends,
                                  nothing_is_unlisted_in_what_tools_write,
                                  names_that_differ_repeat_or_climb,
                                  a_bomb_of_many_members_is_stopped,
                                  what_stands_around_members_is_scanned,
                                  a_checksum_that_differs_is_told,
                                  what_cannot_be_decoded_is_told_once,
                                  NULL};

    return suite_run("image_zip", tests, set_up, done);
}
