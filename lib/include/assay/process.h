/* Child processes: started with exactly the descriptors, environment and folder that are named. */
#ifndef ASSAY_PROCESS_H
#define ASSAY_PROCESS_H

#include <assay/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct assay_process_fd {
    int from; /* descriptor in this process */
    int to;   /* its number in the child */
};

struct assay_process_spec {
    const char *const *argv;            /* NULL-terminated; argv[0] with a slash, or found on PATH
                                           of the environment given below */
    const char *const *env;             /* NULL-terminated "NAME=value"; NULL: empty environment */
    const char *cwd;                    /* NULL: unchanged */
    const struct assay_process_fd *fds; /* what the child gets; 0, 1 and 2 are /dev/null unless
                                           named; everything else is closed */
    size_t n_fds;
    bool own_group;   /* a process group (and session) of its own, for assay_process_kill() */
    bool die_with_us; /* SIGKILL when this process's thread that started it is gone */
    bool hide;        /* a mount namespace of its own in which `hidden` is out of reach */
    const char *const *hidden; /* NULL-terminated folders (an empty read-only file system is laid
                                  over each) and files (/dev/null is); needs CAP_SYS_ADMIN */
};

struct assay_process {
    pid_t pid;
    int pidfd; /* becomes readable when the process has ended; -1 when there is none */
    bool own_group;
};

#define ASSAY_PROCESS_NONE     \
    (struct assay_process)     \
    {                          \
        .pid = -1, .pidfd = -1 \
    }

/* Starts a process. Errors (with `err` naming the program) cover everything up to and including
 * execve(2): -ENOENT for a program that is not there. The caller ends it by assay_process_wait()
 * or assay_process_kill(). */
int assay_process_start(const struct assay_process_spec *spec, struct assay_process *ret,
                        struct assay_error *err);

/* Waits at most `timeout_ms` (-1: for ever) and reaps it. Returns 1 with the status of waitpid(2)
 * in *ret_status, 0 when it is still running after that time, a negative errno otherwise. */
int assay_process_wait(struct assay_process *process, int timeout_ms, int *ret_status);

/* Ends it, and with `own_group` all of its group, at once, and reaps it. Safe on a process that
 * has ended or was never started. */
void assay_process_kill(struct assay_process *process);

/* Says how a process ended: "exit status 1", "signal 9 (Killed)". */
void assay_process_describe(int status, char *ret, size_t size);

static inline void assay_process_killp(struct assay_process *process)
{
    assay_process_kill(process);
}

#define _cleanup_process_ _cleanup_(assay_process_killp)

#endif
