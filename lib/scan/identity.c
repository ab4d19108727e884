#include "scan/identity.h"

#include <errno.h>
#include <string.h>

#include "scan/kinds.h"
#include "scan/text.h"

#define RUN 8           /* printable bytes besides a short value */
#define ENCODED_MIN 40  /* bytes of a run that may be base64 */
#define ENCODED_MAX 128 /* bytes of it looked at on either side */

static const char help[] =
    "It tells everyone who gets the image who made it, or on which machine. Find what wrote it "
    "into "
    "the image (a git configuration, a home folder, a path of the build, a log, an archive's "
    "owner) and take it out there.";

static size_t count_word_bytes(const uint8_t *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text_word_after(text, len, i);
    return n;
}

static int refuse_kind(const char *name, struct assay_error *err)
{
    char known[256];
    size_t len = 0;
    const struct identity_kind *kind;

    for (size_t i = 0; (kind = identity_kind_at(i)) && len < sizeof(known); i++)
        if (!kind->internal)
            len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
                                    kind->name);
    return assay_error_set(err, EINVAL, "identities: the kind %s is not known; it is one of %s",
                           name, known);
}

static int fill(const struct identity_kind *kind, const char *value, struct identity *identity)
{
    size_t len = strlen(value);

    if (len > PHRASE_MAX)
        return -EINVAL;
    text_fold((const uint8_t *)value, len, identity->value);
    identity->value_len = len;
    identity->class = kind->internal ? FINDING_PERSONAL : FINDING_IDENTITY;
    identity->rule = kind->rule;
    identity->message = kind->message;
    identity->help = help;
    if (count_word_bytes(identity->value, len) < 2)
        return -EINVAL;
    return kind->make(value, &identity->forms);
}

static int make(const json_t *json, struct findings *findings, struct identity *identity,
                struct assay_error *err)
{
    const char *kind_name = assay_json_string(json, "kind", "");
    const char *value = assay_json_string(json, "value", "");
    const char *severity = assay_json_string(json, "severity", "high");
    const struct identity_kind *kind = identity_kind_find(kind_name);
    int r;

    if (!kind)
        return refuse_kind(kind_name, err);
    r = fill(kind, value, identity);
    if (r == -EINVAL)
        return assay_error_set(err, EINVAL, "identities: a value of kind %s must have %s",
                               kind_name, kind->wanted);
    if (r == 0 && severity_parse(severity, &identity->severity) < 0)
        return assay_error_set(err, EINVAL,
                               "identities: the severity of a value of kind %s must be critical, "
                               "high, medium, low or info",
                               kind_name);
    if (r == 0 && !kind->internal)
        r = findings_hide_identity(findings, value, kind->spaced);
    return r < 0 ? assay_error_set(err, ENOMEM, "out of memory while taking in the identities") : 0;
}

int identity_make(const json_t *json, struct findings *findings, struct identity *ret,
                  struct assay_error *err)
{
    struct identity identity = {0};
    int r;

    forms_start(&identity.forms);
    r = make(json, findings, &identity, err);
    if (r < 0)
        identity_clear(&identity);
    else
        *ret = identity;
    return r;
}

bool identity_is(const char *kind_name, const char *value)
{
    const struct identity_kind *kind = identity_kind_find(kind_name);
    struct identity identity = {0};
    int r;

    forms_start(&identity.forms);
    r = kind ? fill(kind, value, &identity) : -EINVAL;
    identity_clear(&identity);
    return r == 0;
}

void identity_clear(struct identity *identity)
{
    forms_clear(&identity->forms);
    explicit_bzero(identity, sizeof(*identity));
}

int identity_expression(const struct identity *identity, struct assay_buf *ret)
{
    return forms_expression(&identity->forms, ret);
}

/* Lower case, upper case, digits and signs of base64; 0 for what does not stand in it. */
static int class_of(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return 1;
    if (c >= 'A' && c <= 'Z')
        return 2;
    if (c >= '0' && c <= '9')
        return 3;
    return c && strchr("+/-_=", c) ? 4 : 0;
}

/* Whether [start, end) stands in base64: a long run of its characters that goes from one kind of
 * them to another more often than it stays, as random ones do 64 times in 100 and paths 30 times.
 */
static bool is_encoded(const uint8_t *text, size_t len, size_t start, size_t end)
{
    size_t low = start, high = end, changes = 0;

    while (low > 0 && start - low < ENCODED_MAX && class_of(text[low - 1]))
        low--;
    while (high < len && high - end < ENCODED_MAX && class_of(text[high]))
        high++;
    for (size_t i = low + 1; i < high; i++)
        changes += class_of(text[i]) != class_of(text[i - 1]);
    return high - low >= ENCODED_MIN && 2 * changes > high - low;
}

static bool stands_in_text(const uint8_t *text, size_t len, const struct identity_match *match)
{
    bool whole;
    size_t run = text_printable_run(text, len, match->start, match->end, 2 * RUN, &whole);

    return whole || (run >= match->end - match->start + RUN &&
                     !is_encoded(text, len, match->start, match->end));
}

bool identity_confirm(const struct identity *identity, const uint8_t *text, size_t len, size_t at,
                      bool content, struct identity_match *ret)
{
    unsigned flags;

    if (!forms_match(&identity->forms, text, len, at, &ret->start, &ret->end, &flags))
        return false;
    if (content && !(flags & (FORM_RAW | FORM_FIELD)) && identity->value_len < IDENTITY_SHORT &&
        !stands_in_text(text, len, ret))
        return false;
    ret->value_len = identity->value_len;
    memcpy(ret->value, identity->value, identity->value_len);
    if (flags & FORM_ADDRESS) {
        ret->value_len = ret->end - ret->start;
        if (ret->value_len > sizeof(ret->value))
            return false;
        text_fold(text + ret->start, ret->value_len, ret->value);
    }
    return true;
}
