/* The folders that a build works in, all under WORK_DIR:
 *   staging/ID/          the artifact between assembling and publishing
 *   gcroots/ID           the link that holds the result of `nix build`
 *   slot-N/{tmp,home}    TMPDIR and HOME, emptied before each stage: their paths are the same for
 *                        every build, because some of them stay in images
 *   slot-N/cache         Nix's cache of fetched inputs, kept
 *   slot-N/process       the process group that runs, for a daemon that takes over after a crash
 *   spool/               the audit's unlinked files */
#ifndef ASSAY_BUILD_WORKSPACE_H
#define ASSAY_BUILD_WORKSPACE_H

#include "build/job.h"

/* Makes the fixed folders, ends what a killed daemon left running, and removes the staging folders
 * and links of builds that are not to be taken up. */
int workspace_open(struct app *app, struct assay_error *err);

/* Writes the path of a job's folder or file: `kind` is "tmp", "home", "cache" or "process". */
void workspace_slot(const struct job *job, const char *kind, char ret[PATH_MAX]);
void workspace_staging(const struct job *job, char ret[PATH_MAX]);
void workspace_artifact(const struct job *job, char ret[PATH_MAX]);
void workspace_gcroot(const struct job *job, char ret[PATH_MAX]);

/* Empties the slot's tmp and home. */
int workspace_clean(struct job *job, struct assay_error *err);

/* Makes the staging folder anew. */
int workspace_stage(struct job *job, struct assay_error *err);

/* Removes staging folder and link of a build that has ended. */
void workspace_drop(struct job *job);

#endif
