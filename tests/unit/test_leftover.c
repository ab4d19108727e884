/* Process groups that a killed daemon left running are ended, and no others. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/fs.h>
#include <assay/process.h>

#include "build/leftover.h"
#include "suite.h"

static char path[] = "/tmp/assay-leftover-XXXXXX";
static struct assay_process group;

static void setup(void)
{
    static const char *const argv[] = {"/bin/sh", "-c", "sleep 600 & sleep 600", NULL};
    static const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
    const struct assay_process_spec spec = {.argv = argv, .env = env, .own_group = true};
    struct assay_error err = {0};
    int fd;

    strcpy(path + strlen(path) - 6, "XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_msg(assay_process_start(&spec, &group, &err) == 0, "%s", err.text);
}

static void teardown(void)
{
    assay_process_kill(&group);
    unlink(path);
}

START_TEST(a_recorded_group_is_ended)
{
    int status;

    leftover_record(path, group.pid);
    leftover_kill(path);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(assay_process_wait(&group, 60000, &status), 1);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
}
END_TEST

/* The number may be somebody else's by now: another boot, or another time of starting. */
START_TEST(a_number_that_was_given_out_again_is_let_be)
{
    char another_boot[64], no_time[64];
    const char *const lines[] = {another_boot, no_time, "", "a b c\n"};

    snprintf(another_boot, sizeof(another_boot), "another-boot %d 1\n", (int)group.pid);
    snprintf(no_time, sizeof(no_time), "%d\n", (int)group.pid);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        ck_assert_int_eq(assay_fs_write_file(path, lines[i], strlen(lines[i]), 0600, NULL), 0);
        leftover_kill(path);
        ck_assert_int_eq(kill(-group.pid, 0), 0);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_recorded_group_is_ended,
                                  a_number_that_was_given_out_again_is_let_be, NULL};

    return suite_run("leftover", tests, setup, teardown);
}
