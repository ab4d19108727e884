#include "audit/unread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DETAIL_MAX 300 /* bytes of a library's explanation */

static const struct {
    enum unread_reason reason;
    enum severity severity;
    const char *message;
    const char *help;
} rows[] = {
    {UNREAD_CORRUPT, SEVERITY_HIGH, "This is truncated or damaged and was not read to its end.",
     "Build or copy it again, and compare its size and digest with those of the original. What "
     "was not read may hold anything."},
    {UNREAD_UNSUPPORTED, SEVERITY_MEDIUM,
     "This format is recognised, but there is no reader for it here; only its raw bytes were "
     "scanned.",
     "Ship it in a format that can be read (ext4, FAT, tar), or, when you know what it holds, "
     "allow it by its path in the policy's allow_unaudited with the reason."},
    {UNREAD_ENCRYPTED, SEVERITY_HIGH, "This is encrypted, so nobody can say what it holds.",
     "Ship it unencrypted, leave it out, or allow it by its path in the policy's allow_unaudited "
     "with the reason."},
    {UNREAD_BUDGET, SEVERITY_HIGH, "A limit of the audit was reached here; the rest was not read.",
     "If it is meant to be this large or this deep, raise the limit under budget in the policy; "
     "otherwise find out what makes it so: it may be an archive bomb."},
    {UNREAD_REFUSED, SEVERITY_HIGH,
     "This needs bytes from outside of the artifact, such as a backing file; they were not opened.",
     "Make the image complete in itself, e.g. by qemu-img convert, and audit it again."},
    {UNREAD_EMPTY, SEVERITY_HIGH, "The artifact is empty.",
     "The build wrote nothing: look at its log and at the disk it wrote to."},
    {UNREAD_UNKNOWN, SEVERITY_MEDIUM,
     "This is in no format that is known here; only its raw bytes were scanned.",
     "Check that it is the file you meant. If it is, allow it by its path in the policy's "
     "allow_unaudited with the reason."},
};

int unread_add(struct unread *unread, struct findings *findings, const char *where,
               enum unread_reason reason, const char *detail)
{
    char rule[64], text[DETAIL_MAX];
    struct finding_hit hit = {
        .class = FINDING_UNAUDITED, .rule = rule, .container = "", .path = where, .offset = -1};
    size_t row = 0;
    json_t *place;

    while (row + 1 < sizeof(rows) / sizeof(*rows) && rows[row].reason != reason)
        row++;
    hit.severity = rows[row].severity;
    hit.message = rows[row].message;
    hit.help = rows[row].help;
    snprintf(rule, sizeof(rule), "unaudited.%s", unread_token(rows[row].reason));
    if (json_array_size(unread->places) >= UNREAD_PLACES_MAX) {
        unread->more++;
        return findings_add(findings, &hit);
    }
    snprintf(text, sizeof(text), "%s", detail ? detail : "");
    place = json_pack("{s:o, s:s, s:o}", "where", assay_json_foreign_string(where, strlen(where)),
                      "reason", unread_token(rows[row].reason), "detail",
                      assay_json_foreign_string(text, strlen(text)));
    if (json_array_append_new(unread->places, place) < 0)
        return -ENOMEM;
    return findings_add(findings, &hit);
}

json_t *unread_json(const struct unread *unread, const struct findings *findings)
{
    json_t *all = json_array(), *place;
    size_t i;

    json_array_foreach(unread->places, i, place)
    {
        json_t *redacted =
            json_pack("{s:o, s:O, s:o}", /**/
                      "where", findings_redacted(findings, assay_json_string(place, "where", "")),
                      "reason", json_object_get(place, "reason"), "detail",
                      findings_redacted(findings, assay_json_string(place, "detail", "")));

        if (json_array_append_new(all, redacted) < 0) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}
