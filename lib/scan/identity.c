#include "scan/identity.h"

#include <errno.h>
#include <string.h>

#include "scan/text.h"

#define RUN 8     /* printable bytes besides a short value */
#define LITERAL 6 /* bytes of a last word that is rare enough to be looked for alone */

struct kind {
    const char *name, *rule, *message;
    bool spaced;    /* words with any separator or none between them */
    bool reordered; /* also with the last word first */
};

static const struct kind kinds[] = {
    {"name", "identity.name", "The name of a person on the policy's list", true, true},
    {"username", "identity.username", "A user name on the policy's list", false, false},
    {"email", "identity.email", "An e-mail address on the policy's list", false, false},
    {"hostname", "identity.hostname", "A host name on the policy's list", false, false},
    {"domain", "identity.domain", "A domain on the policy's list", false, false},
    {"employee-id", "identity.employee-id", "An employee id on the policy's list", false, false},
    {"phone", "identity.phone", "A telephone number on the policy's list", true, false},
    {"key-fingerprint", "identity.key-fingerprint", "A key fingerprint on the policy's list", true,
     false},
};

static const char help[] =
    "It tells everyone who gets the image who made it, or on which machine. Find what wrote it "
    "into "
    "the image (a git configuration, a home folder, a path of the build, a log, an archive's "
    "owner) and take it out there.";

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static size_t count_word_bytes(const uint8_t *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text_word_after(text, len, i);
    return n;
}

/* Fills in what the value decides; `first` is the word to begin with. */
static int fill(const struct kind *kind, const char *value, size_t first, struct identity *ret)
{
    size_t len = strlen(value);

    if (len > PHRASE_MAX)
        return -EINVAL;
    text_fold((const uint8_t *)value, len, ret->value);
    ret->value_len = len;
    if (kind->spaced) {
        ret->phrase_len = phrase_make(value, first, ret->phrase, &ret->words);
    } else {
        memcpy(ret->phrase, ret->value, len);
        ret->phrase_len = len;
        ret->words = 1;
    }
    ret->rule = kind->rule;
    ret->message = kind->message;
    ret->help = help;
    return count_word_bytes(ret->phrase, ret->phrase_len) < 2 ? -EINVAL : 0;
}

int identity_make(const json_t *json, struct findings *findings,
                  struct identity ret[IDENTITY_ORDERS], struct assay_error *err)
{
    const char *kind_name = assay_json_string(json, "kind", "");
    const char *value = assay_json_string(json, "value", "");
    const char *severity = assay_json_string(json, "severity", "high");
    const struct kind *kind = find_kind(kind_name);
    struct identity made[IDENTITY_ORDERS] = {0};
    size_t orders[IDENTITY_ORDERS], n;

    if (!kind)
        return assay_error_set(err, EINVAL,
                               "identities: the kind %s is not known; it is one of name, username, "
                               "email, hostname, domain, employee-id, phone, key-fingerprint",
                               kind_name);
    if (fill(kind, value, 0, &made[0]) < 0)
        return assay_error_set(err, EINVAL,
                               "identities: a value of kind %s must have 2 letters or digits at "
                               "least and %d bytes at most",
                               kind_name, PHRASE_MAX);
    n = phrase_orders(kind->reordered ? made[0].words : 1, orders);
    for (size_t i = 0; i < n; i++) {
        if (fill(kind, value, orders[i], &made[i]) < 0)
            return assay_error_set(err, EINVAL, "identities: a value of kind %s is not in order",
                                   kind_name);
        if (severity_parse(severity, &made[i].severity) < 0)
            return assay_error_set(err, EINVAL,
                                   "identities: the severity of a value of kind %s must be "
                                   "critical, high, medium, low or info",
                                   kind_name);
    }
    if (findings_hide_identity(findings, value, kind->spaced) < 0)
        return assay_error_set(err, ENOMEM, "out of memory while taking in the identities");
    memcpy(ret, made, n * sizeof(*ret));
    return (int)n;
}

static int put_bytes(struct assay_buf *buf, const uint8_t *bytes, size_t len)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < len; i++)
        r = assay_buf_printf(buf, "\\x%02x", bytes[i]);
    return r;
}

int identity_expression(const struct identity *identity, struct assay_buf *ret)
{
    const uint8_t *phrase = identity->phrase, *gap = memrchr(phrase, 0, identity->phrase_len);
    size_t len = identity->phrase_len, start = gap ? (size_t)(gap + 1 - phrase) : 0, size;
    int r = 0;

    if (len - start < LITERAL) {
        start = 0;
        r = assay_buf_printf(ret, "(?:^|[^A-Za-z0-9])");
    }
    for (size_t i = start; r == 0 && i < len; i += size) {
        uint8_t other[4];
        size_t n = text_other_case(phrase + i, len - i, other, &size);

        if (phrase[i] == 0) {
            r = assay_buf_printf(ret, "(?:[ .,_+:()-]|%%20){0,%d}", PHRASE_GAP);
        } else if (n == 0 || phrase[i] < 0x80) {
            r = put_bytes(ret, phrase + i, size);
        } else {
            r = assay_buf_printf(ret, "(?:");
            r = r < 0 ? r : put_bytes(ret, phrase + i, size);
            r = r < 0 ? r : assay_buf_printf(ret, "|");
            r = r < 0 ? r : put_bytes(ret, other, n);
            r = r < 0 ? r : assay_buf_printf(ret, ")");
        }
    }
    return r;
}

bool identity_confirm(const struct identity *identity, const uint8_t *text, size_t len, size_t end,
                      bool content, size_t *ret_start)
{
    /* Room for the gaps, each PHRASE_GAP times "%20", and for a character cut in two in front. */
    uint8_t folded[PHRASE_MAX + PHRASE_MAX / 2 * PHRASE_GAP * 3 + 8];
    size_t reach = identity->phrase_len + (identity->words - 1) * PHRASE_GAP * 3 + 8, start;
    bool whole;

    if (reach > end)
        reach = end;
    text_fold(text + end - reach, reach, folded);
    start = phrase_match_back(identity->phrase, identity->phrase_len, folded, reach);
    if (start == PHRASE_NONE)
        return false;
    start += end - reach;
    if (text_word_before(text, start) || text_word_after(text, len, end))
        return false;
    if (content && identity->value_len < IDENTITY_SHORT &&
        text_printable_run(text, len, start, end, 2 * RUN, &whole) < end - start + RUN && !whole)
        return false;
    *ret_start = start;
    return true;
}
