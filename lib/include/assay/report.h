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
 *              "by_class": {class: n}, "by_severity": {severity: n},   all findings
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

/* How the text is drawn. */
struct assay_report_style {
    bool colour;    /* ANSI colours */
    unsigned width; /* columns to wrap at, 0: 80 */
    bool verbose;   /* also informational and waived findings, and every place */
};

/* Appends `report` as text that a person can act on: verdict, what blocks grouped by what to mend
 * first (what, where, why it matters, how to fix it), coverage. Nothing unprintable is echoed. */
int assay_report_text(const json_t *report, const struct assay_report_style *style,
                      struct assay_buf *ret, struct assay_error *err);

/* The exit code for a report's verdict: 0 pass, 1 reject, 3 incomplete. */
int assay_report_exit_code(const json_t *report);

/* A table of renderings {"json", "text", ...}: appends the report in the named format. -EINVAL
 * with the known names for one that is not there. */
int assay_report_render(const char *format, const json_t *report,
                        const struct assay_report_style *style, struct assay_buf *ret,
                        struct assay_error *err);

#endif
