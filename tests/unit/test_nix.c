/* Nix's progress protocol, its result, and text made fit to be shown. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <assay/buf.h>
#include <assay/nix.h>
#include <assay/text.h>

#include "suite.h"

struct seen {
    struct assay_buf log;
    char text[256];
    uint64_t done, total;
};

static void see_line(void *ctx, const char *text, size_t len)
{
    struct seen *seen = ctx;

    ck_assert_uint_eq(strlen(text), len);
    ck_assert_int_eq(assay_buf_printf(&seen->log, "%s\n", text), 0);
}

static void see_progress(void *ctx, const char *text, uint64_t done, uint64_t total)
{
    struct seen *seen = ctx;

    snprintf(seen->text, sizeof(seen->text), "%s", text);
    seen->done = done;
    seen->total = total;
}

static struct seen feed(const char *const *lines, char error[256])
{
    struct seen seen = {.log = ASSAY_BUF(1 << 20)};
    struct assay_nix_sink sink = {see_line, see_progress, NULL};
    struct assay_nix_progress *progress;

    sink.ctx = &seen;
    progress = assay_nix_progress_new(&sink);
    for (; *lines; lines++)
        assay_nix_progress_feed(progress, *lines, strlen(*lines));
    if (error)
        snprintf(error, 256, "%s", assay_nix_progress_error(progress));
    assay_nix_progress_free(progress);
    return seen;
}

START_TEST(a_build_is_followed)
{
    static const char *const lines[] = {
        "@nix {\"action\":\"start\",\"id\":1,\"level\":0,\"text\":\"\",\"type\":104}",
        "@nix {\"action\":\"result\",\"fields\":[1,3,1,0],\"id\":1,\"type\":105}",
        "@nix {\"action\":\"start\",\"fields\":[\"/nix/store/07gbd3m3q6dz60ficivak6wa8phmspsv-"
        "hello-2.12.drv\",\"\",1,1],\"id\":2,\"level\":3,\"text\":\"building 'hello'\",\"type\":"
        "105}",
        "@nix {\"action\":\"result\",\"fields\":[\"configure\"],\"id\":2,\"type\":104}",
        "@nix {\"action\":\"result\",\"fields\":[\"\\u001b[1mok\\u001b[0m\"],\"id\":2,\"type\":"
        "101}",
        "@nix {\"action\":\"msg\",\"level\":4,\"msg\":\"evaluating file 'x'\"}",
        "@nix {\"action\":\"msg\",\"level\":1,\"msg\":\"warning: two\\nlines\"}",
        "@nix {\"action\":\"future\",\"id\":[1]}",
        "a line of something else",
        NULL,
    };
    struct seen seen = feed(lines, NULL);

    ck_assert_str_eq(assay_buf_str(&seen.log), "building 'hello'\nhello-2.12> ok\nwarning: two\n"
                                               "lines\na line of something else\n");
    ck_assert_uint_eq(seen.done, 1);
    ck_assert_uint_eq(seen.total, 3);
    ck_assert_str_eq(seen.text, "a line of something else");
    assay_buf_free(&seen.log);
}
END_TEST

START_TEST(the_error_is_kept)
{
    static const char *const lines[] = {
        "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m builder "
        "failed\\n  with exit code 1\"}",
        "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"warning: dirty\"}",
        NULL,
    };
    char error[256];
    struct seen seen = feed(lines, error);

    ck_assert_str_eq(error, "error: builder failed   with exit code 1");
    assay_buf_free(&seen.log);
}
END_TEST

START_TEST(what_cannot_be_understood_is_logged)
{
    static const char *const lines[] = {
        "@nix {\"action\":",
        "@nix []",
        "@nix {\"action\":\"result\",\"id\":\"x\",\"type\":105}",
        "@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"text\":7,\"fields\":{}}",
        "@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"fields\":[\"odd\"]}",
        "@nix {\"action\":\"result\",\"id\":1,\"type\":105,\"fields\":[-5,\"x\"]}",
        NULL,
    };
    struct seen seen = feed(lines, NULL);

    ck_assert_str_eq(assay_buf_str(&seen.log), "@nix {\"action\":\n");
    assay_buf_free(&seen.log);
}
END_TEST

START_TEST(more_activities_than_places_are_no_harm)
{
    struct seen seen = {.log = ASSAY_BUF(1 << 20)};
    struct assay_nix_sink sink = {see_line, see_progress, &seen};
    struct assay_nix_progress *progress = assay_nix_progress_new(&sink);
    char line[128];

    for (int i = 1; i < 2000; i++) {
        int n =
            snprintf(line, sizeof(line),
                     "@nix {\"action\":\"start\",\"id\":%d,\"type\":105,\"fields\":[\"a\"]}", i);

        assay_nix_progress_feed(progress, line, (size_t)n);
    }
    for (int i = 1; i < 2000; i++) {
        int n = snprintf(line, sizeof(line), "@nix {\"action\":\"stop\",\"id\":%d}", i);

        assay_nix_progress_feed(progress, line, (size_t)n);
    }
    assay_nix_progress_free(progress);
    assay_buf_free(&seen.log);
}
END_TEST

START_TEST(results_are_store_paths)
{
    static const struct {
        const char *text, *path;
    } rows[] = {
        {"[{\"drvPath\":\"/nix/store/a.drv\",\"outputs\":{\"out\":\"/nix/store/a-b\"}}]",
         "/nix/store/a-b"},
        {"[{\"outputs\":{\"image\":\"/nix/store/c\"}}]", "/nix/store/c"},
        {"[{\"outputs\":{\"a\":\"/nix/store/c\",\"b\":\"/nix/store/d\"}}]", NULL},
        {"[{\"outputs\":{\"out\":\"/nix/store/../etc\"}}]", NULL},
        {"[{\"outputs\":{\"out\":\"/nix/store/\"}}]", NULL},
        {"[{\"outputs\":{\"out\":\"/etc/passwd\"}}]", NULL},
        {"[{\"outputs\":{\"out\":{}}}]", NULL},
        {"[]", NULL},
        {"{}", NULL},
        {"", NULL},
        {"[1]", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char path[ASSAY_NIX_PATH_MAX] = "";
        struct assay_error err = {0};
        int r = assay_nix_build_result(rows[i].text, strlen(rows[i].text), path, &err);

        ck_assert_msg(r == (rows[i].path ? 0 : -EINVAL), "%s", rows[i].text);
        ck_assert_str_eq(path, rows[i].path ? rows[i].path : "");
        ck_assert(r == 0 || err.text[0]);
    }
}
END_TEST

START_TEST(the_command_names_everything)
{
    _cleanup_json_ json_t *options = json_pack("{s:s}", "substituters", "");
    struct assay_nix_build build = {.program = "nix",
                                    .options = options,
                                    .flake = "/flake",
                                    .attribute = "a.b",
                                    .out_link = "/root-1"};
    struct assay_nix_command command;
    _cleanup_buf_ struct assay_buf joined = ASSAY_BUF(4096);
    struct assay_error err = {0};

    ck_assert_int_eq(assay_nix_build_command(&build, &command, &err), 0);
    for (const char **argument = command.argv; *argument; argument++)
        ck_assert_int_eq(assay_buf_printf(&joined, "[%s]", *argument), 0);
    ck_assert_ptr_nonnull(strstr(assay_buf_str(&joined), "[--option][substituters][][/flake#a.b]"));
    ck_assert_ptr_nonnull(strstr(assay_buf_str(&joined), "[--out-link][/root-1]"));
    for (int i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "o%d", i);
        json_object_set_new(options, name, json_string("x"));
    }
    ck_assert_int_eq(assay_nix_build_command(&build, &command, &err), -E2BIG);
}
END_TEST

START_TEST(text_is_made_fit_to_be_shown)
{
    static const struct {
        const char *in, *out;
        size_t size;
    } rows[] = {
        {"plain", "plain", 64},
        {"a\033[31;1mred\033[0m b", "ared b", 64},
        {"\033]0;title\007x\033]8;;u\033\\y", "xy", 64},
        {"10%\r20%\r30%\r\n", "30%", 64},
        {"\tbell\007\177", "\tbell??", 64},
        {"\xc2\x9b"
         "31m",
         "?31m", 64},
        {"caf\xc3\xa9 \xff", "caf\xc3\xa9 \xef\xbf\xbd", 64},
        {"caf\xc3\xa9", "caf", 5},
        {"end\033", "end", 64},
        {"end\033[12", "end", 64},
        {"", "", 64},
    };
    char out[64];

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t n = assay_text_clean(rows[i].in, strlen(rows[i].in), out, rows[i].size);

        ck_assert_str_eq(out, rows[i].out);
        ck_assert_uint_eq(n, strlen(out));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_build_is_followed,
                                  the_error_is_kept,
                                  what_cannot_be_understood_is_logged,
                                  more_activities_than_places_are_no_harm,
                                  results_are_store_paths,
                                  the_command_names_everything,
                                  text_is_made_fit_to_be_shown,
                                  NULL};

    return suite_run("nix", tests, NULL, NULL);
}
