/* One detection rule, compiled: its expression for the first pass and its pattern for PCRE2. */
#ifndef ASSAY_SCAN_RULE_H
#define ASSAY_SCAN_RULE_H

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <assay/error.h>
#include <assay/json.h>
#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>

#include "scan/checksum.h"
#include "scan/finding.h"

#define RULE_GROUPS_MAX 16

struct rule {
    const char *id, *message, *help; /* owned by the rule's JSON */
    enum finding_class class;
    enum severity severity;
    const char *expression; /* of the first pass */
    unsigned flags;         /* Hyperscan's, for the expression */
    pcre2_code *pattern;
    int groups[RULE_GROUPS_MAX]; /* numbers of the groups named `secret` */
    size_t n_groups;
    pcre2_code **paths;
    size_t n_paths;
    size_t keep;
    double entropy;
    const struct checksum *check;
    bool placeholders;
    int rank; /* of two rules that match the same bytes, the higher one is reported */
};

/* Compiles the rule `json`, whose strings it goes on using. Patterns are PCRE2 over bytes, with
 * PCRE2_MULTILINE ("^" and "$" are a line's) and PCRE2_DUPNAMES, compiled to machine code here and
 * now, since the auditor may not make executable memory later. Errors name the rule. */
int rule_compile(const json_t *json, struct rule *ret, struct assay_error *err);

/* Sees whether Hyperscan takes the rule's expression as it is, or at least as an approximation that
 * fires wherever the pattern matches, and sets its flags accordingly. */
int rule_check_expression(struct rule *rule, struct assay_error *err);

/* Frees what rule_compile() made. */
void rule_clear(struct rule *rule);

#endif
