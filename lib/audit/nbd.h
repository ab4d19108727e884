/* qemu-nbd, started for the worker: it turns a virtual disk, the artifact or a spool file, into
 * blocks. */
#ifndef ASSAY_AUDIT_NBD_H
#define ASSAY_AUDIT_NBD_H

#include <assay/audit.h>
#include <assay/error.h>
#include <assay/process.h>

/* Descriptors of `assay-audit --exec-nbd FORMAT MEMORY SECONDS PROGRAM`: the listening socket
 * stands where systemd's socket activation has its first one (sd_listen_fds(3)). */
#define NBD_LISTENER 3
#define NBD_DISK 4

/* The formats that qemu-nbd may be asked for, by QEMU's names; NULL when `format` is none. */
const char *nbd_driver(const char *format);

/* Starts it on `disk`, which the worker handed over. *ret_socket is connected and speaks NBD;
 * *ret_process ends with that connection, and is reaped or ended by the caller. -EINVAL for a
 * format that is not in the table and for a descriptor of anything but a regular file. */
int nbd_start(const struct assay_audit_job *job, int disk, const char *format, uint64_t seconds,
              struct assay_process *ret_process, int *ret_socket, struct assay_error *err);

#endif
