#include "report/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/finding.h"

#define KEYS 3 /* that findings are sorted by after their severity */

static const struct {
    const char *title, *status;
    bool unaudited, upstream;
} parts[REPORT_PARTS] = {
    [REPORT_BLOCKING] = {"What blocks, the worst first", "blocking", false, false},
    [REPORT_UNREAD_BLOCKING] = {"What was not read in full, and blocks", "blocking", true, false},
    [REPORT_WAIVED] = {"Waived", "waived", false, false},
    [REPORT_UNREAD_WAIVED] = {"Not read in full, and allowed", "waived", true, false},
    [REPORT_UNREAD] = {"Not read in full, and does not block", "informational", true, false},
    [REPORT_INFORMATIONAL] = {"Informational", "informational", false, false},
    [REPORT_UPSTREAM] = {"Upstream's own, in signed store paths", "informational", false, true},
};

const char *report_part_title(enum report_part part)
{
    return parts[part].title;
}

/* Upstream's findings that block or are waived are told among the others that do. */
static bool belongs(const json_t *finding, enum report_part part)
{
    bool unaudited = strcmp(assay_json_string(finding, "class", ""), "unaudited") == 0;
    bool upstream = strcmp(assay_json_string(finding, "origin", ""), "upstream") == 0;

    return unaudited == parts[part].unaudited &&
           strcmp(assay_json_string(finding, "status", ""), parts[part].status) == 0 &&
           (strcmp(parts[part].status, "informational") != 0 || unaudited ||
            upstream == parts[part].upstream);
}

static int weight(const json_t *finding)
{
    enum severity severity = SEVERITY_INFO;

    severity_parse(assay_json_string(finding, "severity", ""), &severity);
    return (int)severity;
}

/* As strcmp() by severity and the first `n` of the keys: negative when `a` comes first. */
static int compare(const json_t *a, const json_t *b, size_t n)
{
    static const char *const keys[KEYS] = {"rule", "message", "help"};
    int r = weight(b) - weight(a);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = strcmp(assay_json_string(a, keys[i], ""), assay_json_string(b, keys[i], ""));
    return r;
}

/* A finding and its place in the report, so that the order is the same everywhere. */
struct ranked {
    const json_t *finding;
    size_t index;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int r = compare(a->finding, b->finding, KEYS);

    return r ? r : a->index < b->index ? -1 : 1;
}

int report_group_select(const json_t *report, enum report_part part, struct report_group *ret)
{
    const json_t *findings = json_object_get(report, "findings");
    size_t total = json_array_size(findings), n = 0;
    _cleanup_free_ struct ranked *ranked = calloc(total + 1, sizeof(*ranked));
    const json_t **sorted = calloc(total + 1, sizeof(const json_t *));

    if (!ranked || !sorted) {
        free(sorted);
        return -ENOMEM;
    }
    for (size_t i = 0; i < total; i++) {
        const json_t *finding = json_array_get(findings, i);

        if (belongs(finding, part))
            ranked[n++] = (struct ranked){finding, i};
    }
    qsort(ranked, n, sizeof(*ranked), compare_ranked);
    for (size_t i = 0; i < n; i++)
        sorted[i] = ranked[i].finding;
    *ret = (struct report_group){sorted, n};
    return 0;
}

void report_group_free(struct report_group *group)
{
    free(group->finding);
    group->finding = NULL;
    group->n = 0;
}

static size_t alike(const struct report_group *group, size_t from, size_t keys)
{
    size_t n = 1;

    while (from + n < group->n &&
           compare(group->finding[from], group->finding[from + n], keys) == 0)
        n++;
    return n;
}

size_t report_group_rule(const struct report_group *group, size_t from)
{
    return alike(group, from, 1);
}

size_t report_group_run(const struct report_group *group, size_t from)
{
    return alike(group, from, KEYS);
}
