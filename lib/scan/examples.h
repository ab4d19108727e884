/* Rules against their own examples, by the real engine. */
#ifndef ASSAY_SCAN_EXAMPLES_H
#define ASSAY_SCAN_EXAMPLES_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

/* Scans every `match` and `nomatch` of `rules` (an array as rules_builtin() gives it), each as a
 * file of its own. *ret, owned by the caller, is an array of {rule, kind: "match" | "nomatch",
 * number: which of them, from 1} of those that came out wrong; *ret_n is how many there were.
 * -EINVAL with `err` naming the rule that does not compile, -ENOMEM. */
int examples_run(const json_t *rules, json_t **ret, size_t *ret_n, struct assay_error *err);

#endif
