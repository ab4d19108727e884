/* Putting a report together (policies/schemas/report.schema.json). */
#ifndef ASSAY_AUDIT_ASSEMBLE_H
#define ASSAY_AUDIT_ASSEMBLE_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdint.h>

#include "audit/message.h"

struct audit_parts {
    const char *name;   /* the artifact's file name */
    const char *sha256; /* NULL: left out, for the coordinator to fill in */
    uint64_t size;
    const char *format;
    const json_t *policy; /* resolved */
    struct message_sandbox sandbox;
    json_t *coverage; /* object */
    json_t *findings; /* array, as findings_json() gives it */
    uint64_t dropped; /* findings that are not in it */
    int64_t started;  /* seconds since 1970 */
    double seconds;   /* wall time */
    const char *today;
};

/* Writes the report of these parts and has the policy judge it. Takes its own references. */
int audit_assemble(const struct audit_parts *parts, json_t **ret, struct assay_error *err);

json_t *audit_sandbox_json(const struct message_sandbox *sandbox);

#endif
