/* flake-authors: who wrote the flake. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/cleanup.h>
#include <assay/clock.h>
#include <assay/process.h>

#include "harvest/gather.h"

#define MAX_COUNT "--max-count=10000"
#define PEOPLE_MAX 1000
#define OUTPUT_MAX (16u << 20)
#define TIMEOUT_MS 60000

static int problem(struct gather *gather, const char *what)
{
    snprintf(gather->problem, sizeof(gather->problem), "%s", what);
    return 0;
}

/* The folder that a flake reference names, malloc'd; NULL when it names none on this machine, or
 * memory ran out. */
static char *folder_of(const char *flake)
{
    static const char *const schemes[] = {"git+file://", "git+file:", "path:", ""};
    const char *path = flake;

    for (size_t i = 0; path == flake && i < sizeof(schemes) / sizeof(*schemes); i++)
        if (strncmp(flake, schemes[i], strlen(schemes[i])) == 0) {
            path = flake + strlen(schemes[i]);
            break;
        }
    if (path == flake && path[0] != '/' && path[0] != '.')
        return NULL;
    return strndup(path, strcspn(path, "?#"));
}

/* Reads all that the process writes. 0, -ETIMEDOUT, -EFBIG, or another negative errno. */
static int read_output(int fd, struct assay_buf *ret)
{
    _cleanup_free_ char *block = malloc(1 << 16);
    uint64_t end = assay_clock_ms() + TIMEOUT_MS;

    if (!block)
        return -ENOMEM;
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        uint64_t now = assay_clock_ms();
        ssize_t n;

        if (now >= end || poll(&ready, 1, (int)(end - now)) == 0)
            return -ETIMEDOUT;
        n = read(fd, block, 1 << 16);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        if (assay_buf_append(ret, block, (size_t)n) < 0)
            return -EFBIG;
    }
}

/* Runs git in the folder, where nothing that the repository configures is run. Returns 0, or a
 * negative errno with the problem said. */
static int run_git(struct gather *gather, const char *folder, struct assay_buf *ret)
{
    static const char *const env[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin",
        "LC_ALL=C.UTF-8",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_TERMINAL_PROMPT=0",
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_NO_LAZY_FETCH=1",
        NULL};
    const char *const argv[] = {"git",
                                "--no-pager",
                                "-C",
                                folder,
                                "-c",
                                "safe.directory=*",
                                "-c",
                                "core.fsmonitor=false",
                                "log",
                                "--no-show-signature",
                                "--no-mailmap",
                                MAX_COUNT,
                                "--format=%an%x00%ae%x00%cn%x00%ce%x00",
                                "HEAD",
                                "--",
                                NULL};
    _cleanup_process_ struct assay_process process = ASSAY_PROCESS_NONE;
    _cleanup_close_ int out = -1, in = -1;
    struct assay_error err = {0};
    int pipes[2], status = 0, r;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return -errno;
    out = pipes[0];
    in = pipes[1];
    r = assay_process_start(
        &(struct assay_process_spec){.argv = argv,
                                     .env = env,
                                     .fds = &(struct assay_process_fd){.from = in, .to = 1},
                                     .n_fds = 1,
                                     .own_group = true,
                                     .die_with_us = true},
        &process, &err);
    if (r < 0) {
        problem(gather, err.text);
        return r;
    }
    close(assay_take_fd(&in));
    r = read_output(out, ret);
    if (r == 0 && assay_process_wait(&process, TIMEOUT_MS, &status) != 1)
        r = -ETIMEDOUT;
    if (r == -ENOMEM)
        return r;
    if (r == -EFBIG) /* what was read is taken */
        problem(gather, "git tells of more than 16 MiB of authors; the first are taken");
    else if (r < 0)
        problem(gather, "git took too long to tell the authors");
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        snprintf(gather->problem, sizeof(gather->problem),
                 "git knows of no commits in the flake's folder: is it a git repository?");
    return 0;
}

/* Takes name, NUL, address, NUL and so on. */
static int add_people(struct gather *gather, const char *text, size_t len)
{
    const char *end = text + len;
    int r = 0;

    while (r == 0 && text < end) {
        const char *name = text, *address;

        name += strspn(name, "\n");
        address = memchr(name, '\0', (size_t)(end - name));
        address = address ? address + 1 : end;
        if (!memchr(address, '\0', (size_t)(end - address)))
            break;
        if (json_object_size(gather->own) >= 2 * (size_t)PEOPLE_MAX)
            return problem(gather, "there are more than 1000 authors; the latest are taken");
        r = gather_add_name(gather, name);
        if (r == 0 && strchr(address, '@'))
            r = gather_add(gather, "email", address);
        text = address + strlen(address) + 1;
    }
    return r;
}

int harvest_authors(struct gather *gather, const char *flake)
{
    _cleanup_free_ char *folder = flake ? folder_of(flake) : NULL, *shallow = NULL;
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(OUTPUT_MAX);
    int r;

    if (!flake)
        return problem(gather, "no flake is known; name it with --flake");
    if (!folder)
        return problem(gather, "the flake is fetched from elsewhere: its history is not here");
    r = run_git(gather, folder, &text);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (asprintf(&shallow, "%s/.git/shallow", folder) < 0)
        return -ENOMEM;
    if (!gather->problem[0] && access(shallow, F_OK) == 0)
        problem(gather, "the repository is a shallow clone: older authors are not in it");
    return text.len > 0 ? add_people(gather, assay_buf_str(&text), text.len) : 0;
}
