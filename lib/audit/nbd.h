/* qemu-nbd, started for the worker: it turns the artifact, a virtual disk, into blocks. */
#ifndef ASSAY_AUDIT_NBD_H
#define ASSAY_AUDIT_NBD_H

#include <assay/audit.h>
#include <assay/error.h>
#include <assay/process.h>

/* Descriptors of `assay-audit --exec-nbd FORMAT MEMORY SECONDS PROGRAM`: the listening socket
 * stands where systemd's socket activation has its first one (sd_listen_fds(3)). */
#define NBD_LISTENER 3
#define NBD_ARTIFACT 4

/* The formats that qemu-nbd may be asked for, by QEMU's names; NULL when `format` is none. */
const char *nbd_driver(const char *format);

/* Starts it on the job's artifact. *ret_socket is connected and speaks NBD; *ret_process is ended
 * by the caller. -EINVAL for a format that is not in the table. */
int nbd_start(const struct assay_audit_job *job, const char *format, uint64_t seconds,
              struct assay_process *ret_process, int *ret_socket, struct assay_error *err);

#endif
