#include "formats/watched_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef ASSAY_SANITIZE
#include <sanitizer/common_interface_defs.h>
#endif

#include "image/image.h"

#define CPU_SECONDS 60   /* of one walk, on a slow machine under sanitizers */
#define WALL_SECONDS 300 /* of one that waits for something that does not come */
#define OPEN_MAX 64

struct state {
    struct watched seen;
    unsigned open;
    uint64_t end[OPEN_MAX], fail_after;
    bool failed, budget;
    volatile uint8_t touched;
};

static void __attribute__((noreturn, format(printf, 1, 2))) complain(const char *format, ...)
{
    va_list args;

    fputs("CONTRACT: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(WALK_COMPLAINED);
}

static bool has_content(enum entry_type type)
{
    return type == ENTRY_FILE || type == ENTRY_FREE || type == ENTRY_META;
}

static int on_entry(void *ctx, const struct entry *entry)
{
    struct state *state = ctx;

    if (state->failed)
        complain("an entry after the visitor's error");
    if (!entry->path || !entry->container || entry->type > ENTRY_META)
        complain("an entry without a path, a container or a type");
    if ((entry->type == ENTRY_SYMLINK || entry->type == ENTRY_HARDLINK) && !entry->link)
        complain("a link without a target: %s", entry->path);
    for (size_t i = 0; i < entry->n_xattrs; i++)
        if (!entry->xattrs[i].name || (entry->xattrs[i].value_len && !entry->xattrs[i].value))
            complain("an attribute without a name or value: %s", entry->path);
    if (state->fail_after && state->seen.entries >= state->fail_after) {
        state->failed = true;
        return -EPIPE;
    }
    state->seen.entries++;
    if (!has_content(entry->type))
        return 0;
    if (state->open == OPEN_MAX)
        complain("too many entries are open at once");
    state->end[state->open++] = 0;
    return 0;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct state *state = ctx;

    if (state->failed)
        complain("bytes after the visitor's error");
    if (level >= state->open || !len || offset < state->end[level])
        complain("%zu bytes at %llu of level %u, where %u are open", len,
                 (unsigned long long)offset, level, state->open);
    for (size_t i = 0; i < len; i += 64)
        state->touched = data[i];
    state->touched = data[len - 1];
    state->end[level] = offset + len;
    return 0;
}

static int on_done(void *ctx)
{
    struct state *state = ctx;

    if (state->failed)
        complain("an end after the visitor's error");
    if (!state->open)
        complain("an end where nothing is open");
    state->open--;
    return 0;
}

static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    struct state *state = ctx;

    if (!where || !detail || !*detail || !unread_token(reason))
        complain("an unread place without its particulars");
    state->seen.unread = true;
    state->budget |= reason == UNREAD_BUDGET;
}

static void on_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    struct state *state = ctx;

    if (!where || !format || !*format || !bytes)
        complain("a raw place without its particulars");
    if (state->failed)
        complain("a raw place after the visitor's error");
}

static int open_spool(void *ctx, int *ret_fd, struct assay_error *err)
{
    (void)ctx;
    *ret_fd = memfd_create("spool", MFD_CLOEXEC);
    return *ret_fd < 0 ? assay_error_set(err, ENOMEM, "no memory file") : 0;
}

/* qemu-nbd on a disk, its socket handed to it as a service manager would. */
static int open_nbd(void *ctx, int disk, const char *format, int *ret_socket,
                    struct assay_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(sa_family_t); /* autobind, unix(7) */
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t pid;

    (void)ctx;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
        listen(listener, 1) < 0)
        return assay_error_set(err, errno, "no socket");
    pid = fork();
    if (pid == 0) {
        char listen_pid[32], path[32];
        int kept = fcntl(disk, F_DUPFD, 10); /* 3 is the listener's */

        /* Nothing here takes memory: a thread of the parent may have held the allocator's lock. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%d", getpid());
        snprintf(path, sizeof(path), "/proc/self/fd/%d", kept);
        dup2(listener, 3);
        close(STDERR_FILENO);
        open("/dev/null", O_WRONLY);
        execle("/usr/bin/qemu-nbd", "qemu-nbd", "--read-only", "-f", format, path, NULL,
               (const char *[]){listen_pid, "LISTEN_FDS=1", NULL});
        _exit(127);
    }
    size = sizeof(address);
    getsockname(listener, (struct sockaddr *)&address, &size);
    *ret_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(*ret_socket, (struct sockaddr *)&address, size) < 0)
        complain("no connection to qemu-nbd: %s", strerror(errno));
    close(listener);
    return 0;
}

static void on_alarm(int signal)
{
    const char *text = signal == SIGPROF ? "HUNG: too much CPU time\n" : "HUNG: waits for ever\n";

    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(WALK_HUNG);
#ifdef ASSAY_SANITIZE
    __sanitizer_print_stack_trace();
#endif
    _exit(WALK_HUNG);
}

static void set_limits(unsigned cpu, unsigned wall)
{
    const struct itimerval timer = {.it_value.tv_sec = cpu};

    signal(SIGPROF, on_alarm);
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_PROF, &timer, NULL);
    alarm(wall);
}

struct watched watched_walk(int fd, uint64_t fail_after)
{
    static const struct image_visitor visitor = {on_entry, on_bytes, on_done, on_unread, on_raw};
    const struct image_host host = {.open_nbd = open_nbd, .open_spool = open_spool, .hashes = true};
    const struct image_budget budget = {
        .depth = 6,
        .entries = 8000,
        .expanded = 48 << 20,
        .ratio = 200,
        .name = 4096,
        .seconds = 20,
    };
    struct state state = {.fail_after = fail_after};
    struct image_result result;
    struct assay_error err = {0};
    int r;

    set_limits(CPU_SECONDS, WALL_SECONDS);
    r = image_walk(fd, &budget, &visitor, &state, &host, &result, &err);
    set_limits(0, 0);
    if (state.failed && r != -EPIPE)
        complain("the visitor's error became %d", r);
    if (!state.failed && r < 0 && r != -ENOMEM)
        complain("the walk failed by %d: %s", r, err.text);
    if (r < 0 && err.code == 0)
        complain("the walk failed by %d and did not say why", r);
    if (r == 0 && state.open && !state.budget)
        complain("%u entries were left open", state.open);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    state.seen.unread |= r < 0;
    return state.seen;
}
