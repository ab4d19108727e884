#include <assay/process.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/cleanup.h>

/* Everything below up to run_child() happens between fork and exec, possibly of a process with
 * threads: only async-signal-safe calls, no allocation. */

/* A read-only and empty file system is laid over folders; files are covered by /dev/null. */
static int hide_paths(const char *const *hidden)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    for (; hidden && *hidden; hidden++) {
        struct stat st;
        int r;

        if (stat(*hidden, &st) < 0)
            continue; /* what is not there need not be hidden */
        if (S_ISDIR(st.st_mode))
            r = mount("none", *hidden, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=0,mode=0");
        else
            r = mount("/dev/null", *hidden, NULL, MS_BIND, NULL);
        if (r < 0)
            return -errno;
    }
    return 0;
}

/* Moves the wanted descriptors to their numbers. `status_fd` is kept, close-on-exec. They are
 * first copied above all targets, so that no move overwrites one that is still needed. */
static int arrange_fds(const struct assay_process_spec *spec, int *status_fd)
{
    int copies[16], floor = 3;

    if (spec->n_fds > sizeof(copies) / sizeof(*copies))
        return -E2BIG;
    for (size_t i = 0; i < spec->n_fds; i++)
        if (spec->fds[i].to >= floor)
            floor = spec->fds[i].to + 1;
    for (size_t i = 0; i < spec->n_fds; i++)
        if ((copies[i] = fcntl(spec->fds[i].from, F_DUPFD_CLOEXEC, floor)) < 0)
            return -errno;
    if ((*status_fd = fcntl(*status_fd, F_DUPFD_CLOEXEC, floor)) < 0)
        return -errno;
    for (int fd = 0; fd < 3; fd++) {
        int null = open("/dev/null", O_RDWR);

        if (null < 0)
            return -errno;
        if (null != fd && (dup2(null, fd) < 0 || close(null) < 0))
            return -errno;
    }
    for (size_t i = 0; i < spec->n_fds; i++)
        if (dup2(copies[i], spec->fds[i].to) < 0)
            return -errno;
    return syscall(SYS_close_range, floor, ~0u, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

/* Closes what lies between the numbers that were asked for. */
static void close_gaps(const struct assay_process_spec *spec, int below)
{
    for (int fd = 3; fd < below; fd++) {
        bool wanted = false;

        for (size_t i = 0; i < spec->n_fds; i++)
            wanted |= spec->fds[i].to == fd;
        if (!wanted)
            close(fd);
    }
}

static int prepare(const struct assay_process_spec *spec, int *status_fd)
{
    struct sigaction reset = {.sa_handler = SIG_DFL};
    sigset_t none;
    int r;

    sigemptyset(&none);
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &reset, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (spec->own_group && setsid() < 0)
        return -errno;
    if (spec->die_with_us && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    r = arrange_fds(spec, status_fd);
    if (r < 0)
        return r;
    close_gaps(spec, *status_fd);
    if (spec->cwd && chdir(spec->cwd) < 0)
        return -errno;
    return spec->hide ? hide_paths(spec->hidden) : 0;
}

static _Noreturn void run_child(const struct assay_process_spec *spec, int status_fd)
{
    static const char *const empty[] = {NULL};
    int r = prepare(spec, &status_fd);

    if (r == 0) {
        environ = (char **)(uintptr_t)(spec->env ? spec->env : empty);
        execvp(spec->argv[0], (char *const *)(uintptr_t)spec->argv);
        r = -errno;
    }
    if (write(status_fd, &r, sizeof(r)) < 0)
        _exit(126);
    _exit(127);
}

int assay_process_start(const struct assay_process_spec *spec, struct assay_process *ret,
                        struct assay_error *err)
{
    int status[2], r = 0;
    ssize_t n;
    pid_t pid;

    if (pipe2(status, O_CLOEXEC) < 0)
        return assay_error_set(err, errno, "cannot start %s: %s", spec->argv[0], strerror(errno));
    pid = fork();
    if (pid == 0)
        run_child(spec, status[1]);
    close(status[1]);
    if (pid < 0) {
        close(status[0]);
        return assay_error_set(err, errno, "cannot start %s: %s", spec->argv[0], strerror(errno));
    }
    do
        n = read(status[0], &r, sizeof(r));
    while (n < 0 && errno == EINTR);
    close(status[0]);
    if (n == sizeof(r)) {
        waitpid(pid, NULL, 0);
        return assay_error_set(err, r, "cannot start %s: %s", spec->argv[0], strerror(-r));
    }
    *ret = (struct assay_process){
        .pid = pid, .pidfd = (int)syscall(SYS_pidfd_open, pid, 0), .own_group = spec->own_group};
    return 0;
}

static void forget(struct assay_process *process)
{
    if (process->pidfd >= 0)
        close(process->pidfd);
    *process = ASSAY_PROCESS_NONE;
}

int assay_process_wait(struct assay_process *process, int timeout_ms, int *ret_status)
{
    struct pollfd poll_fd = {.fd = process->pidfd, .events = POLLIN};
    int status, ready;

    if (process->pid <= 0)
        return -ECHILD;
    if (timeout_ms >= 0) {
        do
            ready = poll(&poll_fd, 1, timeout_ms);
        while (ready < 0 && errno == EINTR);
        if (ready <= 0)
            return ready < 0 ? -errno : 0;
    }
    while (waitpid(process->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    forget(process);
    if (ret_status)
        *ret_status = status;
    return 1;
}

void assay_process_kill(struct assay_process *process)
{
    if (process->pid <= 0)
        return;
    if (process->own_group)
        kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    assay_process_wait(process, -1, NULL);
}

void assay_process_describe(int status, char *ret, size_t size)
{
    if (WIFEXITED(status))
        snprintf(ret, size, "exit status %d", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        snprintf(ret, size, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(ret, size, "status %#x", (unsigned)status);
}
