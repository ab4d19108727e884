/* Detection rules: loaded from JSON (policies/schemas/rules.schema.json), compiled once per audit.
 *
 * A rule file is {"schema": "assay.rules/1", "family": "...", "class": "secret" or "personal",
 *  "rules": [{
 *   "id":        "forges.github-pat",     FAMILY.NAME, [a-z0-9.-]
 *   "severity":  "critical",
 *   "title":     "GitHub personal access token",
 *   "message":   what was found, one sentence
 *   "help":      why it matters and how to revoke or mend it, naming the provider's documentation
 *   "pattern":   PCRE2; the secret is the group named `secret`, or else the whole match
 *   "prefilter": optional Hyperscan expression that stands in for the pattern in the first pass
 *                (where the pattern itself would fire too often or cannot be compiled there)
 *   "caseless":  optional, default false
 *   "keep":      optional: leading bytes of the secret that are public, 0 to 8
 *   "paths":     optional list of PCRE2s of which one must match the entry's path as finding_path()
 *                writes it: "/etc/shadow", "p2/etc/shadow", "home/x/old.tar/etc/shadow"
 *   "entropy":   optional: least Shannon entropy of the secret, bits per byte, 0 to 8
 *   "check":     optional name of an offline validation (lib/scan/checksum.c's table): what it
 *                refuses is dropped
 *   "placeholders": optional, default true: drop the secret when it is one of the common
 *                placeholders (EXAMPLE, changeme, xxxx, ...)
 *   "example_path": optional: path of the file that the examples stand in, for rules with `paths`
 *   "match":     at least 2 texts in each of which this rule must find something
 *   "nomatch":   at least 2 texts in which it must not
 * }]}
 * Patterns are over bytes, not characters; "^" and "$" match at lines; "." does not match a
 * newline. A prefilter must end within the pattern's match or right at its end, and all of a match
 * must lie within 4 KiB (SCAN_REACH) of that place. A rule's cost is how often its prefilter fires:
 * keep it below a few thousand times in a GB. So that no scanner trips over the rule files, an
 * example may write a token in two halves with "‖" (U+2016) between them; it is taken out before
 * use. An example of bytes that are no text is "base64:" and their base64. */
#ifndef ASSAY_SCAN_RULES_H
#define ASSAY_SCAN_RULES_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>
#include <stdint.h>

struct rules;

/* Takes the rules out of the embedded files, in one array of rule objects, each with its "family"
 * and "class".
 * The caller owns *ret. */
int rules_builtin(json_t **ret, struct assay_error *err);

/* Checks a rule file's JSON against the schema and appends its rules to `array`. A rule whose id
 * is there already is an error. `where` names the file. */
int rules_append(json_t *array, const json_t *file, const char *where, struct assay_error *err);

/* The bytes that an example of a rule stands for, as described above: *ret, which the caller frees,
 * and *ret_len. 0 or -ENOMEM. */
int rules_example(const char *example, uint8_t **ret, size_t *ret_len);

/* SHA-256 (hex) over the rules' canonical JSON: what reports carry as the digest of the rules. */
int rules_digest(const json_t *array, char ret[65], struct assay_error *err);

#endif
