/* What assay-audit is started for; each returns the process's exit status. */
#ifndef ASSAY_DAEMON_AUDIT_MODES_H
#define ASSAY_DAEMON_AUDIT_MODES_H

/* Audits one artifact for the coordinator at the other end of MESSAGE_SOCKET. */
int mode_worker(void);

/* Tries what a locked-down worker must not do and prints, as JSON, what came of it. 0 when all was
 * denied, else 1. */
int mode_probe(void);

/* The same for qemu-nbd's lock-down; `path` is the one file that may be read. */
int mode_probe_nbd(const char *path);

/* Locks itself down for qemu-nbd and becomes it. Arguments: FORMAT MEMORY SECONDS PROGRAM;
 * descriptors: lib/audit/nbd.h. Returns only when that failed. */
int mode_exec_nbd(char *const *args);

#endif
