/* Texts and places in SARIF's form. Everything returned is owned by the caller, NULL when memory
 * ran out. */
#ifndef ASSAY_REPORT_SARIF_PLACE_H
#define ASSAY_REPORT_SARIF_PLACE_H

#include <assay/json.h>

/* What a path's URI is relative to: the root of what is in the artifact. */
#define SARIF_BASE "ARTIFACT"

/* Foreign text with what is no printable character written out (see printer_foreign()). */
json_t *sarif_string(const char *text);

/* {"text": ...}, in which no foreign text makes a link (SARIF 2.1.0, 3.11.6: "[text](target)"). */
json_t *sarif_message(const char *text);

/* A path of a report as a relative URI reference (RFC 3986, 4.2): every byte but letters, digits
 * and -._~!/@+,= percent-encoded, so that "a.tar!etc/passwd" stays readable; without a slash at its
 * beginning, and with "." and ".." as U+2024 and U+2025, so that no viewer leaves the base by it.
 */
json_t *sarif_uri(const char *path);

/* An artifactLocation: the artifact itself for the path "", `name` being its own. */
json_t *sarif_artifact_location(const char *path, const char *name);

/* A location of a finding or of one of its further places; `id` is 0 for none. */
json_t *sarif_location(const json_t *place, const char *name, int id);

#endif
