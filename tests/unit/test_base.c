/* Buffers, encodings, messages and processes. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/digest.h>
#include <assay/encode.h>
#include <assay/frame.h>
#include <assay/fs.h>
#include <assay/process.h>

#include "suite.h"

START_TEST(a_buffer_stops_at_its_maximum)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(4);

    ck_assert_int_eq(assay_buf_append(&buf, "abc", 3), 0);
    ck_assert_int_eq(assay_buf_append(&buf, "de", 2), -EFBIG);
    ck_assert_str_eq(assay_buf_str(&buf), "abc");
}
END_TEST

START_TEST(base64_is_strict)
{
    uint8_t out[4];
    char text[ASSAY_BASE64_SIZE(4)];

    assay_base64_encode("\1\2\3\4", 4, text);
    ck_assert_str_eq(text, "AQIDBA==");
    ck_assert_int_eq(assay_base64_decode("AQIDBA==", 8, out, 4), 0);
    ck_assert_int_eq(assay_base64_decode("AQIDBB==", 8, out, 4), -EINVAL); /* stray bits */
    ck_assert_int_eq(assay_base64_decode("AQIDBA= ", 8, out, 4), -EINVAL);
    ck_assert_int_eq(assay_base64_decode("AQ=DBA==", 8, out, 4), -EINVAL);
    ck_assert_int_eq(assay_base64_decode("AQIDBA", 6, out, 4), -EINVAL);
}
END_TEST

START_TEST(hex_is_strict)
{
    uint8_t out[2];

    ck_assert_int_eq(assay_hex_decode("00fF", out, 2), 0);
    ck_assert_int_eq(out[1], 255);
    ck_assert_int_eq(assay_hex_decode("00f", out, 2), -EINVAL);
    ck_assert_int_eq(assay_hex_decode("00fg", out, 2), -EINVAL);
}
END_TEST

START_TEST(messages_come_whole_with_their_descriptor)
{
    int pair[2], fd = -1;
    json_t *out = json_pack("{s:s}", "a", "b"), *in = NULL;
    struct assay_error err = {0};

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(assay_frame_write(pair[0], out, pair[0], &err), 0);
    ck_assert_int_eq(assay_frame_read(pair[1], 100, 1000, &in, &fd, &err), 1);
    ck_assert(json_equal(in, out));
    ck_assert_int_ge(fd, 0);
    close(fd);
    json_decref(in);
    ck_assert_int_eq(assay_frame_read(pair[1], 100, 1, &in, NULL, &err), -ETIMEDOUT);
    ck_assert_int_eq(assay_frame_write(pair[0], out, -1, &err), 0);
    ck_assert_int_eq(assay_frame_read(pair[1], 4, 1000, &in, NULL, &err), -EPROTO);
    close(pair[0]);
    close(pair[1]);
    json_decref(out);
}
END_TEST

START_TEST(bad_messages_are_refused)
{
    static const struct {
        const char *bytes;
        size_t len;
        int result;
    } rows[] = {
        {"", 0, 0},
        {"\2\0", 2, -EPROTO},
        {"\2\0\0\0{", 5, -EPROTO},
        {"\2\0\0\0{x", 6, -EPROTO},
        {"\2\0\0\0[]", 6, -EPROTO},
        {"\2\0\0\0{}", 6, 1},
        {"\xff\xff\xff\xff{}", 6, -EPROTO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int ends[2];
        json_t *in = NULL;
        struct assay_error err = {0};

        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        ck_assert_int_eq(assay_fs_write_all(ends[1], rows[i].bytes, rows[i].len), 0);
        close(ends[1]);
        ck_assert_int_eq(assay_frame_read(ends[0], 1 << 20, 1000, &in, NULL, &err), rows[i].result);
        close(ends[0]);
        json_decref(in);
    }
}
END_TEST

START_TEST(a_process_gets_what_is_named_and_nothing_else)
{
    int out[2], secret = open("/dev/zero", O_RDONLY), status;
    const char *argv[] = {"/bin/sh", "-c", "ls /proc/self/fd | tr '\\n' ' '; echo $A; exit 3",
                          NULL};
    const char *env[] = {"A=b", "PATH=/usr/bin:/bin", NULL};
    struct assay_process process;
    struct assay_error err = {0};
    char text[200] = "", said[64];

    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    struct assay_process_fd fds[] = {{out[1], 1}, {out[1], 7}};
    struct assay_process_spec spec = {
        .argv = argv, .env = env, .fds = fds, .n_fds = 2, .own_group = true};
    ck_assert_msg(assay_process_start(&spec, &process, &err) == 0, "%s", err.text);
    close(out[1]);
    close(secret);
    ck_assert_int_eq(assay_process_wait(&process, 60000, &status), 1);
    ck_assert_int_gt(read(out[0], text, sizeof(text) - 1), 0);
    close(out[0]);
    ck_assert_str_eq(text, "0 1 2 3 7 b\n"); /* 3 is the folder that ls itself reads */
    assay_process_describe(status, said, sizeof(said));
    ck_assert_str_eq(said, "exit status 3");
}
END_TEST

START_TEST(a_program_that_is_missing_is_named)
{
    const char *argv[] = {"/nowhere/prog", NULL};
    struct assay_process_spec spec = {.argv = argv};
    struct assay_process process = ASSAY_PROCESS_NONE;
    struct assay_error err = {0};

    ck_assert_int_eq(assay_process_start(&spec, &process, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/prog"));
}
END_TEST

START_TEST(foreign_strings_become_utf8)
{
    json_t *text = assay_json_foreign_string("a\xff\xc3\xa9\0z", 6);

    ck_assert_str_eq(json_string_value(text), "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbdz");
    json_decref(text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_buffer_stops_at_its_maximum,
                                  base64_is_strict,
                                  hex_is_strict,
                                  messages_come_whole_with_their_descriptor,
                                  bad_messages_are_refused,
                                  a_process_gets_what_is_named_and_nothing_else,
                                  a_program_that_is_missing_is_named,
                                  foreign_strings_become_utf8,
                                  NULL};

    return suite_run("base", tests, NULL, NULL);
}
