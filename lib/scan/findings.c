/* The collector: findings by fingerprint, with their places. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <assay/digest.h>
#include <assay/encode.h>

#include "scan/finding.h"
#include "scan/phrase.h"
#include "scan/places.h"
#include "scan/redact.h"

#define PRINT_SIZE 16 /* bytes of a fingerprint */
#define BUCKETS 16384
#define DROPPED_MAX (1u << 18) /* dropped fingerprints remembered; after that every hit counts */
#define OFFSET_MAX \
    ((INT64_C(1) << 53) - 1) /* what the schema allows: JavaScript counts no further */

struct finding {
    uint8_t print[PRINT_SIZE];
    enum finding_class class;
    enum severity severity;
    char *rule, *message, *help;
    char redacted[64]; /* "" without a secret */
    struct places places;
    uint32_t *subjects; /* those that it stands in, each once */
    size_t n_subjects, cap_subjects;
    bool elsewhere; /* it stands in no subject, too; or in more than are kept */
    const char *signed_by;
};

/* A fingerprint that was seen; without a finding when it came too late for one. */
struct seen {
    struct seen *next;
    uint8_t print[PRINT_SIZE];
    struct finding *finding;
};

struct findings {
    uint8_t key[FINDING_KEY_SIZE];
    struct redact *redact;
    struct seen *buckets[BUCKETS];
    struct finding *all[FINDING_TOTAL_MAX];
    size_t n;
    size_t paths; /* bytes of all places' paths */
    size_t n_dropped;
    uint64_t dropped;
    uint32_t subject;
};

static void finding_free(struct finding *finding)
{
    if (!finding)
        return;
    places_free(&finding->places);
    free(finding->rule);
    free(finding->message);
    free(finding->help);
    free(finding->subjects);
    free(finding);
}

struct findings *findings_new(const uint8_t *key)
{
    struct findings *findings = calloc(1, sizeof(*findings));

    if (!findings)
        return NULL;
    memcpy(findings->key, key, sizeof(findings->key));
    findings->redact = redact_new();
    return findings->redact ? findings : findings_free(findings);
}

struct findings *findings_free(struct findings *findings)
{
    if (!findings)
        return NULL;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct seen *next;

        for (struct seen *seen = findings->buckets[i]; seen; seen = next) {
            next = seen->next;
            free(seen);
        }
    }
    for (size_t i = 0; i < findings->n; i++)
        finding_free(findings->all[i]);
    redact_free(findings->redact);
    explicit_bzero(findings, sizeof(*findings));
    free(findings);
    return NULL;
}

int findings_hide(struct findings *findings, const uint8_t *secret, size_t len)
{
    return redact_add(findings->redact, secret, len, false);
}

int findings_hide_word(struct findings *findings, const uint8_t *word, size_t len)
{
    return redact_add(findings->redact, word, len, true);
}

int findings_hide_identity(struct findings *findings, const char *value, bool spaced)
{
    uint8_t phrase[PHRASE_MAX];
    size_t words = 0, orders[3], n = 0, len;
    int r = redact_add(findings->redact, (const uint8_t *)value, strlen(value), true);

    if (spaced && phrase_make(value, 0, phrase, &words) > 0)
        n = phrase_orders(words, orders);
    for (size_t i = 0; r == 0 && i < n; i++) {
        len = phrase_make(value, orders[i], phrase, &words);
        r = redact_add_phrase(findings->redact, phrase, len);
    }
    return r;
}

json_t *findings_redacted(const struct findings *findings, const char *text)
{
    return redact_text(findings->redact, text);
}

static int fingerprint(const struct findings *findings, const struct finding_hit *hit,
                       const char *path, uint8_t ret[PRINT_SIZE])
{
    const char *class = finding_class_name(hit->class);
    const void *secret = hit->secret ? (const void *)hit->secret : path;
    size_t secret_len = hit->secret ? hit->secret_len : strlen(path);
    size_t class_size = strlen(class) + 1, rule_size = strlen(hit->rule) + 1;
    size_t len = class_size + rule_size + secret_len;
    uint8_t mac[ASSAY_SHA256_SIZE], *text = malloc(len);
    int r;

    if (!text)
        return -ENOMEM;
    memcpy(text, class, class_size);
    memcpy(text + class_size, hit->rule, rule_size);
    if (secret_len > 0)
        memcpy(text + class_size + rule_size, secret, secret_len);
    r = assay_hmac_sha256(findings->key, sizeof(findings->key), text, len, mac);
    explicit_bzero(text, len);
    free(text);
    if (r == 0)
        memcpy(ret, mac, PRINT_SIZE);
    return r;
}

static struct seen **seen_slot(struct findings *findings, const uint8_t print[PRINT_SIZE])
{
    struct seen **slot = &findings->buckets[(print[0] | print[1] << 8) % BUCKETS];

    while (*slot && memcmp((*slot)->print, print, PRINT_SIZE) != 0)
        slot = &(*slot)->next;
    return slot;
}

/* A copy of `path`, without its middle when it is too long. What is hidden is hidden before: of a
 * secret that is cut the rest would be shown. */
static char *shorten(const struct findings *findings, const char *full)
{
    _cleanup_json_ json_t *redacted =
        strlen(full) > FINDING_PATH_MAX ? redact_text(findings->redact, full) : NULL;
    const char *path = redacted ? json_string_value(redacted) : full;
    size_t len = strlen(path), half = FINDING_PATH_MAX / 2 - 2;
    char *text;

    if (len <= FINDING_PATH_MAX)
        return strdup(path);
    return asprintf(&text, "%.*s\xe2\x80\xa6%s", (int)half, path, path + len - half) < 0 ? NULL
                                                                                         : text;
}

static int add_place(struct findings *findings, struct finding *finding,
                     const struct finding_hit *hit, const char *path)
{
    size_t used = 0;
    int r = places_add(&finding->places, hit, path, FINDING_PATHS_TOTAL - findings->paths, &used);

    findings->paths += used;
    return r;
}

void findings_subject(struct findings *findings, uint32_t subject)
{
    findings->subject = subject;
}

/* Notes that the finding stands in the subject at hand. */
static int add_subject(const struct findings *findings, struct finding *finding)
{
    uint32_t subject = findings->subject;

    for (size_t i = finding->n_subjects; i-- > 0;)
        if (finding->subjects[i] == subject)
            return 0;
    if (subject == 0 || finding->n_subjects == FINDING_SUBJECTS_MAX)
        finding->elsewhere = true;
    if (finding->elsewhere)
        return 0;
    if (finding->n_subjects == finding->cap_subjects) {
        size_t cap = finding->cap_subjects ? finding->cap_subjects * 2 : 4;
        uint32_t *subjects = realloc(finding->subjects, cap * sizeof(*subjects));

        if (!subjects)
            return -ENOMEM;
        finding->subjects = subjects;
        finding->cap_subjects = cap;
    }
    finding->subjects[finding->n_subjects++] = subject;
    return 0;
}

void findings_origins(struct findings *findings, const char *(*signer)(void *ctx, uint32_t subject),
                      const char *(*worse)(void *ctx, const char *a, const char *b), void *ctx)
{
    for (size_t i = 0; i < findings->n; i++) {
        struct finding *finding = findings->all[i];
        const char *all = NULL;

        for (size_t j = 0; !finding->elsewhere && j < finding->n_subjects; j++) {
            const char *one = signer(ctx, finding->subjects[j]);

            if (!one) {
                all = NULL;
                break;
            }
            all = all ? worse(ctx, all, one) : one;
        }
        finding->signed_by = all;
    }
}

static struct finding *finding_new(const struct finding_hit *hit, const uint8_t *print)
{
    struct finding *finding = calloc(1, sizeof(*finding));

    if (!finding)
        return NULL;
    memcpy(finding->print, print, PRINT_SIZE);
    finding->class = hit->class;
    finding->severity = hit->severity;
    finding->rule = strdup(hit->rule);
    finding->message = strndup(hit->message ? hit->message : "", 1024);
    finding->help = strndup(hit->help ? hit->help : "", 1024);
    if (hit->secret)
        finding_redact(hit->secret, hit->secret_len, hit->keep, finding->redacted,
                       sizeof(finding->redacted));
    if (finding->rule && finding->message && finding->help)
        return finding;
    finding_free(finding);
    return NULL;
}

/* Takes note of a fingerprint that is new: as a finding where there is room for one. */
static int add_new(struct findings *findings, const struct finding_hit *hit, const char *path,
                   const uint8_t *print, struct seen **slot)
{
    bool full =
        findings->n == FINDING_TOTAL_MAX || findings->paths + strlen(path) > FINDING_PATHS_TOTAL;
    struct seen *seen;
    int r;

    if (full) {
        findings->dropped++;
        if (findings->n_dropped == DROPPED_MAX)
            return 0;
    }
    seen = calloc(1, sizeof(*seen));
    if (!seen)
        return -ENOMEM;
    memcpy(seen->print, print, PRINT_SIZE);
    if (full) {
        findings->n_dropped++;
    } else {
        seen->finding = finding_new(hit, print);
        if (!seen->finding) {
            free(seen);
            return -ENOMEM;
        }
        findings->all[findings->n++] = seen->finding;
    }
    *slot = seen;
    r = seen->finding ? add_subject(findings, seen->finding) : 0;
    return r == 0 && seen->finding ? add_place(findings, seen->finding, hit, path) : r;
}

int findings_add(struct findings *findings, const struct finding_hit *hit)
{
    _cleanup_free_ char *full = finding_path(hit->container, hit->path);
    _cleanup_free_ char *path = NULL;
    uint8_t print[PRINT_SIZE];
    struct seen **slot;
    int r;

    if (!full)
        return -ENOMEM;
    r = fingerprint(findings, hit, full, print);
    if (r == 0 && hit->secret)
        r = redact_add(findings->redact, hit->secret, hit->secret_len,
                       hit->class == FINDING_IDENTITY || hit->class == FINDING_PERSONAL);
    if (r < 0)
        return r;
    path = shorten(findings, full);
    if (!path)
        return -ENOMEM;
    slot = seen_slot(findings, print);
    if (!*slot)
        return add_new(findings, hit, path, print, slot);
    if (!(*slot)->finding)
        return 0;
    if (hit->severity > (*slot)->finding->severity)
        (*slot)->finding->severity = hit->severity;
    r = add_subject(findings, (*slot)->finding);
    return r < 0 ? r : add_place(findings, (*slot)->finding, hit, path);
}

/* --- output ------------------------------------------------------------------------------- */

static int by_weight(const void *a, const void *b)
{
    const struct finding *left = *(const struct finding *const *)a;
    const struct finding *right = *(const struct finding *const *)b;
    const struct place *left_place = places_at(&left->places, 0),
                       *right_place = places_at(&right->places, 0);
    int r;

    if (!left->signed_by != !right->signed_by)
        return left->signed_by ? 1 : -1;
    if (left->severity != right->severity)
        return left->severity > right->severity ? -1 : 1;
    if (left->class != right->class)
        return left->class < right->class ? -1 : 1;
    if ((r = strcmp(left->rule, right->rule)) != 0)
        return r;
    if ((r = strcmp(left_place->path, right_place->path)) != 0)
        return r;
    if (left_place->offset != right_place->offset)
        return left_place->offset < right_place->offset ? -1 : 1;
    return memcmp(left->print, right->print, PRINT_SIZE);
}

/* Adds a place's keys to `object`. */
static int put_place(const struct findings *findings, const struct place *place, json_t *object)
{
    json_t *path = redact_text(findings->redact, place->path);
    int r = json_object_set_new(object, "path", path);

    if (place->in != ENTRY_IN_FILE)
        r |= json_object_set_new(object, "in", json_string(finding_in_name(place->in)));
    r |= json_object_set_new(object, "offset",
                             json_integer(place->offset < OFFSET_MAX ? place->offset : OFFSET_MAX));
    if (place->line > 0)
        r |= json_object_set_new(object, "line", json_integer(place->line));
    if (place->decoded)
        r |= json_object_set_new(object, "decoded", json_string(place->decoded));
    return r;
}

static int put_places(const struct findings *findings, const struct finding *finding,
                      json_t *object)
{
    const struct place *place;
    json_t *list;
    int r =
        json_object_set_new(object, "place_count", json_integer((json_int_t)finding->places.count));

    if (!places_at(&finding->places, 1))
        return r;
    list = json_array();
    r |= json_object_set_new(object, "places", list);
    for (size_t i = 1; r == 0 && (place = places_at(&finding->places, i)); i++) {
        json_t *one = json_object();

        r |= json_array_append_new(list, one);
        if (r == 0)
            r = put_place(findings, place, one);
    }
    return r;
}

static json_t *finding_json(const struct findings *findings, const struct finding *finding,
                            size_t number)
{
    char id[24], print[2 * PRINT_SIZE + 1];
    json_t *object = json_object();
    int r = 0;

    if (!object)
        return NULL;
    snprintf(id, sizeof(id), "F%zu", number);
    assay_hex_encode(finding->print, PRINT_SIZE, print);
    r |= json_object_set_new(object, "id", json_string(id));
    r |= json_object_set_new(object, "class", json_string(finding_class_name(finding->class)));
    r |= json_object_set_new(object, "rule", json_string(finding->rule));
    r |= json_object_set_new(object, "severity", json_string(severity_name(finding->severity)));
    r |= put_place(findings, places_at(&finding->places, 0), object);
    if (finding->redacted[0])
        r |= json_object_set_new(object, "redacted", json_string(finding->redacted));
    r |= json_object_set_new(object, "fingerprint", json_string(print));
    r |= json_object_set_new(object, "origin",
                             json_string(finding->signed_by ? "upstream" : "local"));
    if (finding->signed_by)
        r |= json_object_set_new(
            object, "signed_by",
            assay_json_foreign_string(finding->signed_by, strlen(finding->signed_by)));
    r |= json_object_set_new(object, "message",
                             assay_json_foreign_string(finding->message, strlen(finding->message)));
    r |= json_object_set_new(object, "help",
                             assay_json_foreign_string(finding->help, strlen(finding->help)));
    r |= put_places(findings, finding, object);
    if (r == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *findings_json(const struct findings *findings, uint64_t *ret_dropped)
{
    _cleanup_free_ const struct finding **sorted = malloc((findings->n + 1) * sizeof(*sorted));
    _cleanup_json_ json_t *list = json_array();

    if (!sorted || !list)
        return NULL;
    for (size_t i = 0; i < findings->n; i++)
        sorted[i] = findings->all[i];
    qsort(sorted, findings->n, sizeof(*sorted), by_weight);
    for (size_t i = 0; i < findings->n; i++)
        if (json_array_append_new(list, finding_json(findings, sorted[i], i + 1)) < 0)
            return NULL;
    *ret_dropped = findings->dropped;
    return ASSAY_TAKE(list);
}
