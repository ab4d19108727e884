/* assembling: the artifact is made from what `nix build` gave, and taken into staging. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <assay/digest.h>
#include <assay/encode.h>
#include <assay/fs.h>
#include <assay/process.h>
#include <assay/text.h>

#include "build/command.h"
#include "build/crash.h"
#include "build/image.h"
#include "build/workspace.h"

static void follow_builder(void *ctx, const char *text, size_t len)
{
    struct job *job = ctx;

    buildlog_line(job->log, text, len);
    if (assay_text_clean(text, len, job->tail, sizeof(job->tail)))
        job_progress(job, job->tail, 0, 0, 0);
}

static int run_builder(struct job *job, const char *staging, const char *artifact,
                       struct assay_error *err)
{
    struct command command = {.cwd = staging,
                              .seconds = job->app->config->assemble_seconds,
                              .line = follow_builder,
                              .ctx = job};
    char program[PATH_MAX], how[64];
    int status, r;

    snprintf(program, sizeof(program), "%s/bin/nixos-wsl-tarball-builder", job->build.out_path);
    if (access(program, X_OK) < 0)
        return assay_error_set(err, ENOENT,
                               "%s is not there; the attribute of a tarball target must be a "
                               "tarball builder, as config.system.build.tarballBuilder is",
                               program);
    command_add_all(&command, job->app->config->tarball_runner);
    command_add(&command, program);
    command_add(&command, artifact);
    buildlog_say(job->log, "running %s", program);
    r = command_run(job, &command, &status, err);
    if (r < 0) {
        if (r != -ETIMEDOUT)
            job->kind = "infrastructure";
        return r == -ECANCELED ? r : assay_error_prefix(err, "the tarball builder");
    }
    if (status == 0)
        return 0;
    assay_process_describe(status, how, sizeof(how));
    return assay_error_set(err, ECHILD, "the tarball builder failed (%s)%s%s; the log says more",
                           how, job->tail[0] ? ": " : "", job->tail);
}

static int copy_image(struct job *job, const char *image, const char *artifact,
                      struct assay_error *err)
{
    _cleanup_close_ int from = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to = -1;
    int r = 0;

    if (from < 0)
        return assay_error_set(err, errno, "cannot open %s: %s", image, strerror(errno));
    to = open(artifact, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        r = -errno;
    if (r == 0)
        r = assay_fs_copy(from, to);
    if (r < 0) {
        job->kind = "infrastructure";
        return assay_error_set(err, r, "cannot copy %s to %s: %s", image, artifact, strerror(-r));
    }
    buildlog_say(job->log, "the image is %s", image);
    return 0;
}

/* Names the artifact and makes it. */
static int make_artifact(struct job *job, struct assay_error *err)
{
    char staging[PATH_MAX], artifact[PATH_MAX], image[PATH_MAX];
    int r;

    snprintf(job->build.artifact_name, sizeof(job->build.artifact_name), "%s", job->target->file);
    workspace_staging(job, staging);
    if (job->target->tarball) {
        workspace_artifact(job, artifact);
        return run_builder(job, staging, artifact, err);
    }
    r = image_find(job->build.out_path, image, err);
    if (r < 0)
        return r;
    if (!job->target->file[0])
        snprintf(job->build.artifact_name, sizeof(job->build.artifact_name), "%s%s",
                 job->target->name, image_ending(image));
    workspace_artifact(job, artifact);
    return copy_image(job, image, artifact, err);
}

/* Opens what the builder wrote; it may be anything, a link to elsewhere included. */
static int open_artifact(const char *path, int *ret_fd, struct assay_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    if (fd < 0 && errno == ENOENT)
        return assay_error_set(err, ENOENT,
                               "the tarball builder said that all went well, but wrote nothing: it "
                               "must write the image to its first argument");
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return assay_error_set(err, EINVAL,
                               "what the tarball builder wrote is not a regular file that can be "
                               "read");
    *ret_fd = assay_take_fd(&fd);
    return 0;
}

static int measure(struct job *job, struct assay_error *err)
{
    uint8_t blake2b[ASSAY_BLAKE2B512_SIZE];
    _cleanup_close_ int fd = -1;
    char artifact[PATH_MAX];
    uint64_t size;
    int r;

    workspace_artifact(job, artifact);
    r = open_artifact(artifact, &fd, err);
    if (r < 0)
        return r;
    job->kind = "infrastructure";
    if (fsync(fd) < 0 || (r = assay_fs_sync_parent(artifact)) < 0)
        return assay_error_set(err, r < 0 ? r : errno, "cannot write %s to disk: %s", artifact,
                               strerror(r < 0 ? -r : errno));
    r = assay_digest_file(fd, job->build.artifact_sha256, blake2b, &size, err);
    if (r < 0)
        return r;
    assay_hex_encode(blake2b, sizeof(blake2b), job->build.artifact_blake2b);
    job->build.artifact_size = (int64_t)size;
    buildlog_say(job->log, "%s: %llu bytes, SHA-256 %s", job->build.artifact_name,
                 (unsigned long long)size, job->build.artifact_sha256);
    return 0;
}

int stage_assemble(struct job *job, struct assay_error *err)
{
    char gcroot[PATH_MAX];
    int r;

    /* After a crash the link may be gone, and what it held with it. */
    workspace_gcroot(job, gcroot);
    if (access(gcroot, F_OK) < 0 || access(job->build.out_path, F_OK) < 0) {
        job->next = BUILD_BUILDING;
        return 0;
    }
    r = workspace_stage(job, err);
    if (r < 0) {
        job->kind = "infrastructure";
        return r;
    }
    r = make_artifact(job, err);
    crash_point("assembled");
    return r < 0 ? r : measure(job, err);
}
