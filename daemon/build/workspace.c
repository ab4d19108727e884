#include "build/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/fs.h>

#include "build/command.h"
#include "build/leftover.h"
#include "log.h"

void workspace_slot(const struct job *job, const char *kind, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/slot-%d/%s", job->app->config->work_dir, job->slot, kind);
}

void workspace_staging(const struct job *job, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/staging/%lld", job->app->config->work_dir,
             (long long)job->build.id);
}

void workspace_artifact(const struct job *job, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/staging/%lld/%s", job->app->config->work_dir,
             (long long)job->build.id, job->build.artifact_name);
}

void workspace_gcroot(const struct job *job, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/gcroots/%lld", job->app->config->work_dir,
             (long long)job->build.id);
}

static void ignore_line(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    (void)text;
    (void)len;
}

/* A tarball builder that was root in a user namespace, or by sudo, leaves files that only the same
 * runner can remove. */
static int remove_tree(struct job *job, const char *path, struct assay_error *err)
{
    struct command command = {.seconds = 600, .line = ignore_line, .tidies = true};
    int status, r = assay_fs_remove_tree(path, err);

    /* Not empty: a folder that could not even be looked into. */
    if ((r != -EACCES && r != -EPERM && r != -ENOTEMPTY) ||
        json_array_size(job->app->config->tarball_runner) == 0)
        return r;
    command_add_all(&command, job->app->config->tarball_runner);
    command_add(&command, "rm");
    command_add(&command, "-rf");
    command_add(&command, "--");
    command_add(&command, path);
    r = command_run(job, &command, &status, err);
    return r < 0 ? r : assay_fs_remove_tree(path, err);
}

int workspace_clean(struct job *job, struct assay_error *err)
{
    static const char *const kinds[] = {"home", "tmp"};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(*kinds); i++) {
        char path[PATH_MAX];

        workspace_slot(job, kinds[i], path);
        r = remove_tree(job, path, err);
        /* Nix's build users must be able to pass through. */
        if (r == 0)
            r = assay_fs_make_dirs(path, 0711, err);
    }
    return r;
}

int workspace_stage(struct job *job, struct assay_error *err)
{
    char path[PATH_MAX];
    int r;

    workspace_staging(job, path);
    r = remove_tree(job, path, err);
    return r < 0 ? r : assay_fs_make_dirs(path, 0700, err);
}

void workspace_drop(struct job *job)
{
    struct assay_error err;
    char path[PATH_MAX];

    workspace_staging(job, path);
    if (remove_tree(job, path, &err) < 0 || workspace_clean(job, &err) < 0)
        log_warning("cannot tidy up after build %lld: %s", (long long)job->build.id, err.text);
    workspace_gcroot(job, path);
    unlink(path);
}

/* A build whose folder is of use to nobody: not known, or ended. */
static bool is_over(const struct app *app, const char *name)
{
    struct build build;
    char *end;
    long long id = strtoll(name, &end, 10);

    return *end || end == name || store_build_get(app->store, id, &build, NULL) < 0 ||
           build_state_final(build.state);
}

/* Each entry of the folder WORK_DIR/`name` that a crash may have left. */
static void sweep(struct app *app, const char *name)
{
    struct job nobody = {.app = app};
    struct assay_error err;
    char folder[PATH_MAX], path[PATH_MAX + 256];
    const struct dirent *entry;
    DIR *dir;

    snprintf(folder, sizeof(folder), "%s/%s", app->config->work_dir, name);
    dir = opendir(folder);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.' || !is_over(app, entry->d_name))
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (remove_tree(&nobody, path, &err) < 0)
            log_warning("cannot tidy up after a crash: %s", err.text);
    }
    if (dir)
        closedir(dir);
}

static void end_leftovers(const struct app *app)
{
    const struct dirent *entry;
    DIR *dir = opendir(app->config->work_dir);

    while (dir && (entry = readdir(dir))) {
        char path[PATH_MAX];

        if (strncmp(entry->d_name, "slot-", 5) != 0)
            continue;
        snprintf(path, sizeof(path), "%s/%s/process", app->config->work_dir, entry->d_name);
        leftover_kill(path);
    }
    if (dir)
        closedir(dir);
}

int workspace_open(struct app *app, struct assay_error *err)
{
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {{"", 0711}, {"staging", 0700}, {"gcroots", 0755}, {"spool", 0700}};
    char path[PATH_MAX];
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(*folders); i++) {
        snprintf(path, sizeof(path), "%s/%s", app->config->work_dir, folders[i].name);
        r = assay_fs_make_dirs(path, folders[i].mode, err);
    }
    for (int i = 0; r == 0 && i < app->config->concurrency; i++) {
        snprintf(path, sizeof(path), "%s/slot-%d", app->config->work_dir, i);
        r = assay_fs_make_dirs(path, 0711, err);
        snprintf(path, sizeof(path), "%s/slot-%d/cache", app->config->work_dir, i);
        if (r == 0)
            r = assay_fs_make_dirs(path, 0700, err);
    }
    if (r < 0)
        return assay_error_prefix(err, "work_dir");
    end_leftovers(app);
    sweep(app, "staging");
    sweep(app, "gcroots");
    return 0;
}
