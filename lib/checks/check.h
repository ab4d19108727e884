/* One check: what the files in this folder define and the table in checks.c lists. */
#ifndef ASSAY_CHECKS_CHECK_H
#define ASSAY_CHECKS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/checks.h"
#include "image/entry.h"
#include "scan/finding.h"

#define CHECK_MANY 20 /* findings of one kind that are told singly; further ones are counted */

struct systems;

/* One check during one audit. */
struct check_run {
    const struct check *check;
    bool enabled;
    enum severity severity; /* as the policy has it */
    struct findings *findings;
    const struct checks_job *job;
    const struct systems *systems;
    uint64_t artifact_size; /* bytes; known at the end of the walk */
    json_t *exceptions;     /* the policy's that name this check: array, may be empty */
    void *state;            /* check->state_size bytes, zeros at first; NULL when that is 0 */
    uint64_t many;          /* calls of check_report_many() */
    char *container, *path; /* where the first of those stands that are not told singly */
};

/* A file's content as far as it was collected. */
struct check_content {
    const struct entry *entry;
    const uint8_t *data;
    size_t len;
    bool whole; /* false: the file is longer */
};

struct check_system;

struct check {
    const char *id; /* family.name */
    enum finding_class class;
    enum severity severity;
    const char *title;   /* for tables, a few words */
    const char *message; /* what was found, one sentence */
    const char *help;    /* why it matters and how to mend it */
    /* Globs of check_path_matches() that end in NULL: every file with content under such a name is
     * reported. One that begins with "!" and comes before the others takes files out again. */
    const char *const *paths;
    bool links; /* symbolic links under such a name are reported too */
    bool empty; /* and files without content */
    /* Told of every entry; may be NULL. 0 or a negative errno. */
    int (*entry)(struct check_run *run, const struct entry *entry);
    /* Whether the content of a file is wanted; may be NULL. Asked of regular files only, more than
     * once. */
    bool (*wants)(const struct entry *entry);
    /* Given what `wants` said yes to. 0 or a negative errno. */
    int (*content)(struct check_run *run, const struct check_content *content);
    size_t content_max; /* bytes of content that it reads; 0: CHECKS_CONTENT_MAX */
    /* At the end of the walk, for each system that was met (checks/system.h), those of the class
     * `wsl` for WSL distributions only; may be NULL. */
    int (*system)(struct check_run *run, const struct check_system *system);
    /* At the end of the walk; may be NULL. */
    int (*finish)(struct check_run *run);
    size_t state_size;
};

/* Reports that the check found `secret` (`len` bytes at `at` in the content, or -1 when not known
 * where), or, with NULL, something about the file as such. */
int check_report(struct check_run *run, const struct check_content *content, const uint8_t *secret,
                 size_t len, int64_t at);

/* Reports about a path without content. */
int check_report_path(struct check_run *run, const char *container, const char *path);

/* The same of an entry of which there may be any number: after CHECK_MANY of them the next one is
 * reported at the end of the walk, with how many more there are. */
int check_report_many(struct check_run *run, const struct entry *entry);

/* What is to be reported, where the check has more to say than its message. */
struct check_report {
    const char *container, *path;
    const char *value;      /* what a policy's exception may name, e.g. "0666"; NULL: nothing */
    const char *message;    /* a sentence; NULL: the check's own */
    enum severity severity; /* the check's is lowered to it; SEVERITY_CRITICAL leaves it */
};

/* Reports it, unless the policy makes an exception. Foreign text in the message is made fit to be
 * shown, and what is hidden in reports is hidden in it. */
int check_report_as(struct check_run *run, const struct check_report *report);

/* Whether the policy takes this out of the check: an exception whose globs match the path (inside
 * of its system, with a leading "/") and the value, which may be NULL. */
bool check_is_excepted(const struct check_run *run, const char *path, const char *value);

/* Whether the path matches the glob, in which `*` stops at a slash. "~/" stands for root's and any
 * user's home, a last part of two stars for everything below, a first one for any folder. */
bool check_path_matches(const char *glob, const char *path);

/* Reports, as `unaudited`, that the check could not read the file: `token` is one of the reasons of
 * image/image.h, `message` a sentence. */
int check_report_unread(struct check_run *run, const struct check_content *content,
                        const char *token, const char *message);

/* Whether the entry stands in the root of a system: in the artifact itself or in a chain of
 * partitions ("p2"), of containers that lie at the top of what holds them ("disk.raw") and of a
 * container image's layers, the lower ones included. A tarball in someone's home is no system. */
bool check_in_system_root(const struct entry *entry);

/* How much of `container` names the system: all of it, but of a container image's layers, which
 * make one system together, only what holds them. */
size_t check_root_len(const char *container);

/* Whether `path` is DIR/NAME for root's or a user's home: "root/NAME" or "home/USER/NAME". */
bool check_is_home_file(const char *path, const char *name);

/* Whether the content is empty or white space only. */
bool check_is_blank(const struct check_content *content);

/* Whether `text` is a password hash as crypt(5) writes it, a leading "!" of a locked account left
 * aside; *ret_skip receives how many bytes that is. */
bool check_is_password_hash(const char *text, size_t len, size_t *ret_skip);

#endif
