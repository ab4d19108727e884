#include "scan/redact.h"

#include <errno.h>
#include <string.h>

#include <assay/buf.h>

#include "scan/phrase.h"
#include "scan/text.h"

#define BUCKETS 16384

struct hidden {
    struct hidden *next; /* in its bucket */
    size_t len;
    bool words;
    uint8_t bytes[]; /* folded, as a phrase */
};

/* Strings are found by a hash of their last bytes: of the last 8, 4, 3, 2 or 1, as many as the last
 * word has. */
struct redact {
    struct hidden *buckets[BUCKETS];
    unsigned classes; /* bit n: there are strings hashed by their last n bytes */
    size_t total;     /* bytes kept */
    bool overflow;
};

struct redact *redact_new(void)
{
    return calloc(1, sizeof(struct redact));
}

struct redact *redact_free(struct redact *redact)
{
    if (!redact)
        return NULL;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct hidden *next;

        for (struct hidden *hidden = redact->buckets[i]; hidden; hidden = next) {
            next = hidden->next;
            explicit_bzero(hidden->bytes, hidden->len);
            free(hidden);
        }
    }
    free(redact);
    return NULL;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t bucket_of(const uint8_t *bytes, size_t len)
{
    uint32_t hash = 2166136261u ^ (uint32_t)len;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return (hash ^ hash >> 16) % BUCKETS;
}

/* How many of the last bytes are hashed. */
static size_t class_of(const uint8_t *bytes, size_t len)
{
    size_t n = 0;

    while (n < len && n < 8 && bytes[len - 1 - n] != 0)
        n++;
    return n >= 8 ? 8 : n > 4 ? 4 : n;
}

int redact_add_phrase(struct redact *redact, const uint8_t *phrase, size_t len)
{
    size_t class = class_of(phrase, len);
    struct hidden **bucket = &redact->buckets[bucket_of(phrase + len - class, class)], *hidden;

    if (len == 0)
        return 0;
    for (hidden = *bucket; hidden; hidden = hidden->next)
        if (hidden->len == len && memcmp(hidden->bytes, phrase, len) == 0)
            return 0;
    if (redact->total + len > REDACT_TOTAL_MAX) {
        redact->overflow = true;
        return 0;
    }
    hidden = malloc(sizeof(*hidden) + len);
    if (!hidden)
        return -ENOMEM;
    hidden->len = len;
    hidden->words = true;
    memcpy(hidden->bytes, phrase, len);
    hidden->next = *bucket;
    *bucket = hidden;
    redact->classes |= 1u << class;
    redact->total += len + sizeof(*hidden);
    return 0;
}

static int add_piece(struct redact *redact, const uint8_t *bytes, size_t len, bool words)
{
    uint8_t folded[REDACT_LEN_MAX];
    struct hidden *hidden;
    size_t class;
    int r;

    text_fold(bytes, len, folded);
    r = redact_add_phrase(redact, folded, len);
    if (r == 0 && !words && len >= 4) {
        class = class_of(folded, len);
        for (hidden = redact->buckets[bucket_of(folded + len - class, class)]; hidden;
             hidden = hidden->next)
            if (hidden->len == len && memcmp(hidden->bytes, folded, len) == 0)
                hidden->words = false;
    }
    explicit_bzero(folded, len);
    return r;
}

int redact_add(struct redact *redact, const uint8_t *bytes, size_t len, bool words)
{
    int r = 0;

    if (len == 0 || memchr(bytes, 0, len))
        return 0;
    for (; r == 0 && len > REDACT_LEN_MAX; bytes += REDACT_LEN_MAX / 2, len -= REDACT_LEN_MAX / 2)
        r = add_piece(redact, bytes, REDACT_LEN_MAX, false);
    return r == 0 ? add_piece(redact, bytes, len, words) : r;
}

/* The furthest start of a hidden string that ends at `end`, or PHRASE_NONE. */
static size_t hidden_before(const struct redact *redact, const uint8_t *text, const uint8_t *folded,
                            size_t len, size_t end)
{
    static const size_t classes[] = {8, 4, 3, 2, 1};
    size_t best = PHRASE_NONE;

    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        size_t n = classes[i];
        const struct hidden *hidden;

        if (!(redact->classes & 1u << n) || n > end)
            continue;
        for (hidden = redact->buckets[bucket_of(folded + end - n, n)]; hidden;
             hidden = hidden->next) {
            size_t start = phrase_match_back(hidden->bytes, hidden->len, folded, end);

            if (start == PHRASE_NONE || (hidden->words && (text_word_before(text, start) ||
                                                           text_word_after(text, len, end))))
                continue;
            if (start < best)
                best = start;
        }
    }
    return best;
}

json_t *redact_text(const struct redact *redact, const char *text)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len = strlen(text), out = 0;
    _cleanup_free_ uint8_t *folded = malloc(len + 1), *hide = calloc(1, len + 1);
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(SIZE_MAX / 4);

    if (!folded || !hide)
        return NULL;
    if (redact->overflow)
        return json_string(REDACT_MARK);
    text_fold(bytes, len, folded);
    for (size_t end = 1; end <= len; end++) {
        size_t start = hidden_before(redact, bytes, folded, len, end);

        if (start != PHRASE_NONE)
            memset(hide + start, 1, end - start);
    }
    for (size_t i = 0; i < len; i = out) {
        bool hidden = hide[i];

        while (out < len && hide[out] == hidden)
            out++;
        if (assay_buf_append(&buf, hidden ? REDACT_MARK : text + i,
                             hidden ? strlen(REDACT_MARK) : out - i) < 0)
            return NULL;
    }
    return assay_json_foreign_string(assay_buf_str(&buf), buf.len);
}
