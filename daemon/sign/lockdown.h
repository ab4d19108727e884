#ifndef ASSAY_SIGN_LOCKDOWN_H
#define ASSAY_SIGN_LOCKDOWN_H

#include <assay/error.h>

/* Takes every right from the process but to talk over the descriptors it has: no core dumps, no
 * ptrace, no new privileges, no path (Landlock, where the kernel has it), and by seccomp only the
 * system calls that reading, writing and memory need. Returns 0 or a negative errno. */
int sign_lockdown(struct assay_error *err);

#endif
