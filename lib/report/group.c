#include "report/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/finding.h"

static int weight(const json_t *finding)
{
    enum severity severity = SEVERITY_INFO;

    severity_parse(assay_json_string(finding, "severity", ""), &severity);
    return (int)severity;
}

/* As strcmp(): negative when `a` comes first. */
static int compare(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"rule", "message", "help"};
    int r = weight(b) - weight(a);

    for (size_t i = 0; r == 0 && i < sizeof(keys) / sizeof(*keys); i++)
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
    int r = compare(a->finding, b->finding);

    return r ? r : a->index < b->index ? -1 : 1;
}

int report_group_select(const json_t *report, const char *status, bool unaudited,
                        struct report_group *ret)
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
        bool is_unaudited = strcmp(assay_json_string(finding, "class", ""), "unaudited") == 0;

        if (is_unaudited == unaudited &&
            strcmp(assay_json_string(finding, "status", ""), status) == 0)
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

size_t report_group_run(const struct report_group *group, size_t from)
{
    size_t n = 1;

    while (from + n < group->n && compare(group->finding[from], group->finding[from + n]) == 0)
        n++;
    return n;
}
