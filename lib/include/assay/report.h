/* Reports: the audit's result (policies/schemas/report.schema.json) and its renderings.
 *
 * {"schema": "assay.report/1", "tool": {"name": "assay", "version"},
 *  "artifact": {"name", "sha256", "size", "format"},
 *  "verdict": "pass" | "reject" | "incomplete",
 *  "policy": {"name", "digest", "rules_digest", "layers": [{name, digest}]},
 *  "sandbox": {"seccomp": true, "landlock": ABI or 0, "rlimits": true},
 *  "bypass": {"reason", "by"}?,
 *  "coverage": {"bytes", "entries",
 *               "formats": [{format, containers, entries, bytes}],    of what stands in each format
 *               "in": {"file" | "deleted" | ...: {entries, bytes}},   by what holds them
 *               "raw": [{"where", "format", "bytes"}], "raw_more": n, only raw bytes were scanned
 *               "unread": [{"where", "reason", "detail"}], "unread_more": n,
 *               "store"?: {"paths", "hashed", "signed"}},             store paths of Nix
 *  "summary": {"blocking", "waived", "informational", "dropped",
 *              "by_class": {class: n}, "by_severity": {severity: n},
 *              "by_rule": {rule: n},                                   all findings
 *              "waivers_expired"?: n, "waivers_locked"?: n},           waivers that do not count
 *  "started", "seconds",
 *  "findings": [{"id": "F1", class, rule, severity, path, in?, offset, line?, decoded?,
 *                redacted?, fingerprint, origin, status, message, help,
 *                "places"?: [{path, in?, offset, line?, decoded?}],
 *                "place_count": n,
 *                "waiver"?: {by, reason, expires?, "refused"?: "expired" | "locked"}}]}
 *
 * verdict: "incomplete" when a blocking finding is `unaudited` and no other class blocks, "reject"
 * when any other class blocks, else "pass"; "incomplete" instead of "pass" when findings were
 * dropped, since what was dropped was not judged. */
#ifndef ASSAY_REPORT_H
#define ASSAY_REPORT_H

#include <assay/buf.h>
#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>

#define ASSAY_REPORT_MAX (32u << 20) /* bytes of a report's JSON */

#define ASSAY_REPORT_RENDERED_MAX (4 * (size_t)ASSAY_REPORT_MAX) /* bytes of a rendering */

/* How it is drawn. */
struct assay_report_style {
    bool colour;    /* ANSI colours */
    unsigned width; /* columns to wrap at, 0: 80 */
    bool verbose;   /* text: also what does not block, and every place; html: more of each rule */
};

/* Appends `report` as text that a person can act on: verdict, what blocks grouped by what to mend
 * first (what, where, why it matters, how to fix it), coverage. Nothing unprintable is echoed. */
int assay_report_text(const json_t *report, const struct assay_report_style *style,
                      struct assay_buf *ret, struct assay_error *err);

/* The exit code for a report's verdict: 0 pass, 1 reject, 3 incomplete. */
int assay_report_exit_code(const json_t *report);

/* Whether there is a rendering of that name: 0, or -EINVAL with the known names, or the one that
 * may have been meant. */
int assay_report_format(const char *format, struct assay_error *err);

/* A table of renderings: appends the report in the named format. -EINVAL for one that is not there.
 *   text   for people, see assay_report_text()
 *   json   the report itself, indented
 *   sarif  SARIF 2.1.0 for code-scanning viewers: at most 1,000 results of a rule, the rest counted
 *   html   one page that loads nothing and runs nothing, to be read on a screen or on paper
 * Nothing in a report makes a rendering do what it does not do without it: foreign text is made
 * printable and escaped. */
int assay_report_render(const char *format, const json_t *report,
                        const struct assay_report_style *style, struct assay_buf *ret,
                        struct assay_error *err);

#endif
