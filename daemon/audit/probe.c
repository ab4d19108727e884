/* Tries what a locked-down process must not do. Each attempt has a process of its own, since the
 * filter ends most of them. */
#include "audit/modes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/lockdown.h"

#define ALLOWED 0
#define NOT_LOCKED 255

/* Made before the lock-down: a file and a socket to try things on. */
static char scratch[] = "/tmp/assay-probe-XXXXXX";
static int scratch_socket = -1;

/* Each returns ALLOWED when it could do it, else an errno. */
static int done(long result)
{
    return result < 0 ? errno : ALLOWED;
}

static int try_open_read(void)
{
    return done(open("/etc/passwd", O_RDONLY));
}

static int try_open_write(void)
{
    return done(open(scratch, O_WRONLY));
}

static int try_unlink(void)
{
    return done(unlink(scratch));
}

static int try_socket_inet(void)
{
    return done(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_socket_unix(void)
{
    return done(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_connect(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return done(connect(scratch_socket, (struct sockaddr *)&to, sizeof(to)));
}

static int try_execve(void)
{
    char name[] = "true";
    char *const argv[] = {name, NULL}, *const env[] = {NULL};

    execve("/bin/true", argv, env);
    return errno;
}

static int try_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    return done(pid);
}

static int try_ptrace(void)
{
    return done(ptrace(PTRACE_TRACEME, 0, 0, 0));
}

static int try_kill(void)
{
    return done(kill(getppid(), 0));
}

static int try_map_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? errno : ALLOWED;
}

static int try_make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? errno : done(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_set_limit(void)
{
    struct rlimit limit;

    return done(getrlimit(RLIMIT_NOFILE, &limit) < 0 ? -1 : setrlimit(RLIMIT_NOFILE, &limit));
}

struct attempt {
    const char *name;
    int (*attempt)(void);
};

static const struct attempt worker_attempts[] = {
    {"open_read", try_open_read},     {"open_write", try_open_write},
    {"unlink", try_unlink},           {"socket_inet", try_socket_inet},
    {"socket_unix", try_socket_unix}, {"connect", try_connect},
    {"execve", try_execve},           {"fork", try_fork},
    {"ptrace", try_ptrace},           {"kill", try_kill},
    {"map_code", try_map_code},       {"make_code", try_make_code},
    {"set_limit", try_set_limit},
};

static const struct attempt nbd_attempts[] = {
    {"open_read", try_open_read},     {"open_write", try_open_write},
    {"unlink", try_unlink},           {"socket_inet", try_socket_inet},
    {"socket_unix", try_socket_unix}, {"connect", try_connect},
    {"execve", try_execve},           {"fork", try_fork},
    {"ptrace", try_ptrace},           {"kill", try_kill},
};

typedef int lock(const char *path, struct message_sandbox *ret);

static int lock_as_worker(const char *path, struct message_sandbox *ret)
{
    const struct lockdown_limits limits = {
        .memory = 256 << 20, .file_size = 1 << 20, .seconds = 60, .files = 64};
    struct assay_error err;

    (void)path;
    return lockdown_worker(&limits, false, ret, &err);
}

static int lock_as_nbd(const char *path, struct message_sandbox *ret)
{
    const struct lockdown_path paths[] = {{.path = path}};
    struct assay_error err;
    int r = lockdown_privileges(0, &err);

    if (r == 0)
        r = lockdown_landlock(paths, 1, &ret->landlock, &err);
    if (r == 0)
        r = lockdown_filter_nbd(path, &err);
    ret->seccomp = r == 0;
    return r;
}

static int lock_nothing(const char *path, struct message_sandbox *ret)
{
    (void)path;
    (void)ret;
    return 0;
}

static int make_scratch(void)
{
    int fd;

    memcpy(scratch + sizeof(scratch) - 7, "XXXXXX", 6);
    fd = mkstemp(scratch);
    return fd < 0 ? -1 : close(fd);
}

/* Runs one attempt in a child that has locked itself. Writes what stopped it to `by`, "" when
 * nothing did. */
static void run_attempt(const struct attempt *attempt, lock *lock_self, const char *path, char *by,
                        size_t size)
{
    int status = 0;
    pid_t pid = make_scratch() < 0 ? -1 : fork();

    if (pid == 0) {
        struct message_sandbox sandbox = {0};

        _exit(lock_self(path, &sandbox) < 0 ? NOT_LOCKED : attempt->attempt());
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 ||
        (WIFEXITED(status) && WEXITSTATUS(status) == NOT_LOCKED))
        snprintf(by, size, "%s", "");
    else if (WIFSIGNALED(status))
        snprintf(by, size, "%s", strsignal(WTERMSIG(status)));
    else
        snprintf(by, size, "%s",
                 WEXITSTATUS(status) == ALLOWED ? "" : strerrorname_np(WEXITSTATUS(status)));
    unlink(scratch);
}

/* What the lock-down says of itself, from a child as well, since it is for good. */
static json_t *sandbox_json(lock *lock_self, const char *path)
{
    struct message_sandbox sandbox = {0};
    int ends[2];
    pid_t pid;

    if (pipe(ends) < 0)
        return NULL;
    pid = fork();
    if (pid == 0) {
        lock_self(path, &sandbox);
        _exit(write(ends[1], &sandbox, sizeof(sandbox)) < 0);
    }
    close(ends[1]);
    if (pid < 0 || read(ends[0], &sandbox, sizeof(sandbox)) != sizeof(sandbox))
        sandbox = (struct message_sandbox){0};
    close(ends[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return json_pack("{s:b, s:i, s:b}", "seccomp", sandbox.seccomp, "landlock", sandbox.landlock,
                     "rlimits", sandbox.rlimits);
}

static int probe(const struct attempt *attempts, size_t n, lock *lock_self, const char *path)
{
    json_t *all = json_object();
    int failed = 0;

    scratch_socket = socket(AF_INET, SOCK_DGRAM, 0);
    for (size_t i = 0; i < n; i++) {
        char before[64], after[64];

        /* What could not be done before either proves nothing. */
        run_attempt(&attempts[i], lock_nothing, NULL, before, sizeof(before));
        run_attempt(&attempts[i], lock_self, path, after, sizeof(after));
        failed |= !after[0];
        json_object_set_new(all, attempts[i].name,
                            json_pack("{s:s, s:s, s:s}", "unlocked",
                                      before[0] ? "denied" : "allowed", "locked",
                                      after[0] ? "denied" : "allowed", "by", after));
    }
    close(scratch_socket);
    all = json_pack("{s:o, s:o}", "sandbox", sandbox_json(lock_self, path), "attempts", all);
    failed |= json_dumpf(all, stdout, JSON_INDENT(2)) < 0 || fputc('\n', stdout) < 0;
    json_decref(all);
    return failed;
}

int mode_probe(void)
{
    return probe(worker_attempts, sizeof(worker_attempts) / sizeof(*worker_attempts),
                 lock_as_worker, NULL);
}

int mode_probe_nbd(const char *path)
{
    return probe(nbd_attempts, sizeof(nbd_attempts) / sizeof(*nbd_attempts), lock_as_nbd, path);
}
