/* Checks of the system as a whole: what a rule on bytes cannot say. A check is one file with one
 * `const struct check` and one row in the table in checks.c. */
#ifndef ASSAY_CHECKS_CHECKS_H
#define ASSAY_CHECKS_CHECKS_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/entry.h"
#include "scan/finding.h"

#define CHECKS_CONTENT_MAX 65536 /* bytes of a file that most checks read at most */

struct checks;

/* What the checks go by; all of it is lent until checks_free(). */
struct checks_job {
    /* The resolved policy (assay/policy.h): its "checks", {id: {severity, enabled}}, where ids that
     * are not named keep the table's own severity; "exceptions", "limits", "unfree_packages". NULL:
     * none of these. */
    const json_t *policy;
    const char *today; /* YYYY-MM-DD; NULL: nothing is judged by its date */
    const char *name;  /* the artifact's file name, or NULL */
};

int checks_new(const struct checks_job *job, struct findings *findings, struct checks **ret,
               struct assay_error *err);
struct checks *checks_free(struct checks *checks);

/* Told of every entry, in the walk's order. Returns how many bytes of the entry's content are
 * wanted at most, which the caller collects and gives to checks_content(); 0 when no check wants
 * any, or a negative errno. */
int checks_entry(struct checks *checks, const struct entry *entry);

/* `len` bytes of the entry's content; `whole` is false when there was more. */
int checks_content(struct checks *checks, const struct entry *entry, const uint8_t *data,
                   size_t len, bool whole);

/* Before checks_finish(): the artifact's format, as image/image.h writes it, and size in bytes. */
void checks_artifact(struct checks *checks, const char *format, uint64_t size);

/* At the end of the walk: checks that need to have seen everything. */
int checks_finish(struct checks *checks);

/* Reports, for the check `id`, what somebody else found out about the path. -EINVAL when there is
 * no such check, -ENOMEM. */
int checks_tell(struct checks *checks, const char *id, const char *container, const char *path);

/* The table for documentation and policies: array of {id, class, severity, title, help}. */
json_t *checks_json(void);

#endif
