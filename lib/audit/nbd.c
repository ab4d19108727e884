#include "audit/nbd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <assay/cleanup.h>

#define MEMORY (512ull << 20) /* bytes of data: qemu-nbd's caches and threads */
#define DEFAULT_PROGRAM "/usr/bin/qemu-nbd"
#define DEFAULT_FOLDER "/tmp"

static const struct {
    const char *format, *driver;
} drivers[] = {
    {"qcow2", "qcow2"}, {"vmdk", "vmdk"}, {"vhd", "vpc"},   {"vpc", "vpc"},
    {"vhdx", "vhdx"},   {"vdi", "vdi"},   {"qcow", "qcow"}, {"parallels", "parallels"},
};

const char *nbd_driver(const char *format)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
        if (strcmp(drivers[i].format, format) == 0)
            return drivers[i].driver;
    return NULL;
}

/* A listener and the one connection to it. Its name is in a folder of our own, for a moment: once
 * it is removed nobody else can connect. The folder is named by its descriptor, as a socket's name
 * has no more than 107 bytes. */
static int connect_pair(int folder, int *ret_listener, int *ret_socket)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _cleanup_close_ int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    _cleanup_close_ int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/nbd", folder);
    if (listener < 0 || connected < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(listener, 1) < 0 ||
        connect(connected, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    *ret_listener = assay_take_fd(&listener);
    *ret_socket = assay_take_fd(&connected);
    return 0;
}

static int make_sockets(const struct assay_audit_job *job, int *ret_listener, int *ret_socket,
                        struct assay_error *err)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int folder = -1;
    int r;

    if (asprintf(&path, "%s/assay-nbd-XXXXXX", job->spool_dir ? job->spool_dir : DEFAULT_FOLDER) <
        0) {
        path = NULL;
        return assay_error_set(err, ENOMEM, "out of memory");
    }
    if (!mkdtemp(path))
        return assay_error_set(err, errno, "cannot make the folder %s: %s", path, strerror(errno));
    folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    r = folder < 0 ? -errno : connect_pair(folder, ret_listener, ret_socket);
    if (folder >= 0)
        unlinkat(folder, "nbd", 0);
    rmdir(path);
    if (r < 0)
        return assay_error_set(err, r, "cannot make a socket in %s: %s", path, strerror(-r));
    return 0;
}

int nbd_start(const struct assay_audit_job *job, int disk, const char *format, uint64_t seconds,
              struct assay_process *ret_process, int *ret_socket, struct assay_error *err)
{
    const char *program = job->qemu_nbd ? job->qemu_nbd : DEFAULT_PROGRAM;
    const char *driver = nbd_driver(format);
    _cleanup_close_ int listener = -1, connected = -1;
    char memory[32], limit[32];
    struct stat st;
    int r;

    if (!driver)
        return assay_error_set(err, EINVAL, "qemu-nbd is not asked to read %s", format);
    if (fstat(disk, &st) < 0 || !S_ISREG(st.st_mode))
        return assay_error_set(err, EINVAL, "qemu-nbd is not asked to read what is no file");
    if (access(program, X_OK) < 0)
        return assay_error_set(err, errno, "cannot run %s: %s; install qemu-utils", program,
                               strerror(errno));
    r = make_sockets(job, &listener, &connected, err);
    if (r < 0)
        return r;
    snprintf(memory, sizeof(memory), "%" PRIu64, (uint64_t)MEMORY);
    snprintf(limit, sizeof(limit), "%" PRIu64, seconds);
    const char *argv[] = {job->worker, "--exec-nbd", driver, memory, limit, program, NULL};
    const struct assay_process_fd fds[] = {{listener, NBD_LISTENER},
                                           {disk, NBD_DISK},
#ifdef ASSAY_SANITIZE
                                           {STDERR_FILENO, STDERR_FILENO}
#endif
    };
    const struct assay_process_spec spec = {.argv = argv,
                                            .fds = fds,
                                            .n_fds = sizeof(fds) / sizeof(*fds),
                                            .own_group = true,
                                            .die_with_us = true};
    r = assay_process_start(&spec, ret_process, err);
    if (r == 0)
        *ret_socket = assay_take_fd(&connected);
    return r;
}
