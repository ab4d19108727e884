/* The findings of a report in the order in which a person deals with them. */
#ifndef ASSAY_REPORT_GROUP_H
#define ASSAY_REPORT_GROUP_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

/* The parts of a report, each finding in at most one of them, in the order in which they are told.
 */
enum report_part {
    REPORT_BLOCKING,
    REPORT_UNREAD_BLOCKING,
    REPORT_WAIVED,
    REPORT_UNREAD_WAIVED,
    REPORT_UNREAD,
    REPORT_INFORMATIONAL,
    REPORT_UPSTREAM,
    REPORT_PARTS
};

/* "What blocks, the worst first" */
const char *report_part_title(enum report_part part);

/* Findings of one part, lent by the report, sorted by severity (worst first), rule, message and
 * help; equal ones keep the report's order. */
struct report_group {
    const json_t **finding;
    size_t n;
};

/* 0 or -ENOMEM; freed by report_group_free(). */
int report_group_select(const json_t *report, enum report_part part, struct report_group *ret);
void report_group_free(struct report_group *group);

/* How many findings from `from` on have the severity and rule of that one; or its message and help
 * as well. */
size_t report_group_rule(const struct report_group *group, size_t from);
size_t report_group_run(const struct report_group *group, size_t from);

#endif
