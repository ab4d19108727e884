/* One artifact's way: the walk, the inspectors, the verdict, the report. All of it happens in the
 * calling process; audit.h puts it into a locked-down one. */
#ifndef ASSAY_AUDIT_RUN_H
#define ASSAY_AUDIT_RUN_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/message.h"
#include "image/image.h"
#include "scan/store.h"

struct audit_run;

/* Compiles the policy's rules and checks: all that needs executable memory, files or much time
 * before the first foreign byte is read. `job` (name, key, policy, today) outlives the run. `store`
 * may be NULL; it is used in this call only. */
int audit_run_new(const struct message_job *job, const struct scan_store *store,
                  struct audit_run **ret, struct assay_error *err);
struct audit_run *audit_run_free(struct audit_run *run);

/* Reads the artifact in `fd` and writes the report (report.schema.json), judged. `host` may be
 * NULL; what it tells of progress is redacted; when it hashes, the report has no digest. One run
 * reads one artifact. Errors are those of image_walk() and -ENOMEM. */
int audit_run_read(struct audit_run *run, int fd, const struct message_sandbox *sandbox,
                   const struct image_host *host, json_t **ret, struct assay_error *err);

/* Writes what was learnt for later audits to `fd`. Returns 0 when that is nothing, 1, or a negative
 * errno. */
int audit_run_keep(const struct audit_run *run, int fd);

#endif
