/* Process groups of builds that outlive a daemon that was killed. Their leaders die with it, and
 * in isolation all of them do; where there is none, the next daemon ends the rest. */
#ifndef ASSAY_BUILD_LEFTOVER_H
#define ASSAY_BUILD_LEFTOVER_H

#include <sys/types.h>

/* Writes down (whole or not at all) that `group` runs, and when it and the machine were started. */
void leftover_record(const char *path, pid_t group);

/* Forgets it. */
void leftover_forget(const char *path);

/* Kills the group that `path` names if it is still the same one, and forgets it. */
void leftover_kill(const char *path);

#endif
