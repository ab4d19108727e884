/* The findings of a report in the order in which a person deals with them. */
#ifndef ASSAY_REPORT_GROUP_H
#define ASSAY_REPORT_GROUP_H

#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Findings of one kind, lent by the report, sorted by severity (worst first), rule, message and
 * help; equal ones keep the report's order. */
struct report_group {
    const json_t **finding;
    size_t n;
};

/* Takes the findings of the status ("blocking", ...); `unaudited` tells whether those of class
 * unaudited or all the others. 0 or -ENOMEM; freed by report_group_free(). */
int report_group_select(const json_t *report, const char *status, bool unaudited,
                        struct report_group *ret);
void report_group_free(struct report_group *group);

/* How many findings from `from` on have the severity, rule, message and help of that one. */
size_t report_group_run(const struct report_group *group, size_t from);

#endif
