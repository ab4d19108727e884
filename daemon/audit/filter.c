/* The seccomp filters. */
#include "audit/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define CALL(name) SCMP_SYS(name)

static void releasep(scmp_filter_ctx *filter)
{
    if (*filter)
        seccomp_release(*filter);
}

/* What the worker may call with any arguments. Calls that this architecture lacks have negative
 * numbers, which libseccomp passes over. */
static const int allowed[] = {
    /* descriptors it was given */
    CALL(read),
    CALL(pread64),
    CALL(readv),
    CALL(preadv),
    CALL(write),
    CALL(pwrite64),
    CALL(writev),
    CALL(lseek),
    CALL(_llseek),
    CALL(fstat),
    CALL(close),
    CALL(ftruncate),
    CALL(fadvise64),
    CALL(poll),
    CALL(ppoll),
    CALL(recvmsg),
    CALL(sendmsg),
    CALL(recvfrom),
    CALL(sendto),
    CALL(recv),
    CALL(send),
    CALL(shutdown),
    CALL(getsockopt),
    CALL(dup),
    CALL(pipe2),
    CALL(eventfd2),
    /* memory */
    CALL(munmap),
    CALL(mremap),
    CALL(brk),
    CALL(madvise),
    /* threads and signals of its own */
    CALL(futex),
    CALL(set_robust_list),
    CALL(rseq),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(sigaltstack),
    CALL(sched_yield),
    CALL(sched_getaffinity),
    CALL(restart_syscall),
    CALL(exit),
    CALL(exit_group),
    /* asking about itself, the time and chance */
    CALL(getpid),
    CALL(gettid),
    CALL(getuid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getegid),
    CALL(getrandom),
    CALL(clock_gettime),
    CALL(clock_getres),
    CALL(clock_nanosleep),
    CALL(nanosleep),
    CALL(gettimeofday),
    CALL(time),
    CALL(times),
    CALL(getrusage),
    CALL(sysinfo),
    CALL(uname),
};

/* What libraries try in passing and can do without: an error, so that they go on. */
static const struct {
    int call;
    int error;
} declined[] = {
    {CALL(open), EACCES},       {CALL(openat), EACCES},     {CALL(access), EACCES},
    {CALL(faccessat), EACCES},  {CALL(faccessat2), EACCES}, {CALL(stat), EACCES},
    {CALL(lstat), EACCES},      {CALL(statx), ENOSYS},      {CALL(readlink), EACCES},
    {CALL(readlinkat), EACCES}, {CALL(getcwd), EACCES},     {CALL(statfs), EACCES},
    {CALL(fstatfs), EACCES},    {CALL(ioctl), ENOTTY},      {CALL(clone3), ENOSYS},
};

/* What is allowed, or declined, depending on one argument. */
static int add_by_argument(scmp_filter_ctx filter)
{
    const unsigned thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    const uint32_t yes = SCMP_ACT_ALLOW, no = SCMP_ACT_ERRNO(EACCES);
    const struct {
        uint32_t action;
        int call;
        struct scmp_arg_cmp when;
    } rows[] = {
        {yes, CALL(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {yes, CALL(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {yes, CALL(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {yes, CALL(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread)},
        /* fstat() of today's glibc */
        {yes, CALL(newfstatat), SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0)},
        {no, CALL(newfstatat), SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH, 0)},
        {yes, CALL(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD, 0)},
        {yes, CALL(fcntl), SCMP_A1(SCMP_CMP_EQ, F_SETFD, 0)},
        {yes, CALL(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0)},
        {yes, CALL(fcntl), SCMP_A1(SCMP_CMP_EQ, F_SETFL, 0)},
        {yes, CALL(fcntl), SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0)},
        {yes, CALL(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0)},
        {yes, CALL(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE, 0)},
        /* reading a limit, not setting one */
        {yes, CALL(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)},
        /* abort() */
        {yes, CALL(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)},
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < COUNT(rows); i++)
        r = seccomp_rule_add_array(filter, rows[i].action, rows[i].call, 1, &rows[i].when);
    return r;
}

static int load(scmp_filter_ctx filter, int r, struct assay_error *err)
{
    if (r == 0)
        r = seccomp_load(filter);
    if (r < 0)
        return assay_error_set(err, r, "cannot put the seccomp filter in force: %s", strerror(-r));
    return 0;
}

int lockdown_filter_worker(struct assay_error *err)
{
    _cleanup_(releasep) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int r = filter ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < COUNT(allowed); i++)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; r == 0 && i < COUNT(declined); i++)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)declined[i].error),
                                   declined[i].call, 0, NULL);
    if (r == 0)
        r = add_by_argument(filter);
    return load(filter, r, err);
}

/* What qemu-nbd has no business with: the network, other processes, other file systems, the
 * kernel's wider surface. Its one connection comes by accept on a socket it was given. */
static const int denied[] = {
    CALL(socket),
    CALL(connect),
    CALL(bind),
    CALL(ptrace),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(pidfd_open),
    CALL(pidfd_getfd),
    CALL(fork),
    CALL(vfork),
    CALL(execveat),
    CALL(kill),
    CALL(tkill),
    CALL(mount),
    CALL(umount2),
    CALL(move_mount),
    CALL(open_tree),
    CALL(fsopen),
    CALL(pivot_root),
    CALL(chroot),
    CALL(unshare),
    CALL(setns),
    CALL(open_by_handle_at),
    CALL(name_to_handle_at),
    CALL(keyctl),
    CALL(add_key),
    CALL(request_key),
    CALL(bpf),
    CALL(perf_event_open),
    CALL(userfaultfd),
    CALL(io_uring_setup),
    CALL(io_uring_enter),
    CALL(io_uring_register),
    CALL(init_module),
    CALL(finit_module),
    CALL(delete_module),
    CALL(kexec_load),
    CALL(kexec_file_load),
    CALL(reboot),
    CALL(swapon),
    CALL(swapoff),
    CALL(setuid),
    CALL(setresuid),
    CALL(setgid),
    CALL(setresgid),
    CALL(capset),
};

int lockdown_filter_nbd(const char *program, struct assay_error *err)
{
    _cleanup_(releasep) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const struct scmp_arg_cmp process = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
    const struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)(uintptr_t)program, 0);
    int r = filter ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < COUNT(denied); i++)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), denied[i], 0, NULL);
    if (r == 0)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0, NULL);
    if (r == 0)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), CALL(clone), 1, &process);
    if (r == 0)
        r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), CALL(execve), 1, &other);
    return load(filter, r, err);
}
