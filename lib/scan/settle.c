/* Of overlapping matches the more telling one is reported.
 *
 * Two matches of different rules whose secrets overlap so that one holds the other: the one of
 * lower rank is dropped; with equal rank the shorter one is; with equal rank and the same bytes
 * both stay. A rule has rank 1, one more with a `check` that is no guess, one less in the family
 * "generic" and in
 * the class "personal".
 *
 * A decoded match is compared with those of the content it was decoded from. Where every character
 * was encoded, what matched within the run as it stands is dropped, unless its rank is higher, and
 * then the decoded one is. Where most stood for itself, only the same secret counts: once it is
 * decoded; the decoded match is dropped when nothing in it was encoded. */
#include <errno.h>
#include <string.h>

#include "scan/stream.h"

int settle_add(struct scan_stream *stream, const struct match *match, const uint8_t *secret)
{
    struct match *added;

    if (stream->n_matches == stream->cap_matches) {
        size_t cap = stream->cap_matches ? 2 * stream->cap_matches : 16;
        struct match *more = reallocarray(stream->matches, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        stream->matches = more;
        stream->cap_matches = cap;
    }
    added = &stream->matches[stream->n_matches];
    *added = *match;
    added->secret = malloc(match->secret_len);
    if (!added->secret)
        return -ENOMEM;
    memcpy(added->secret, secret, match->secret_len);
    stream->n_matches++;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct match *left = a, *right = b;
    int r;

    if (left->at.start != right->at.start)
        return left->at.start < right->at.start ? -1 : 1;
    if (left->at.end != right->at.end)
        return left->at.end > right->at.end ? -1 : 1;
    if (left->at.chain != right->at.chain)
        return left->at.chain < right->at.chain ? -1 : 1;
    r = strcmp(left->rule->id, right->rule->id);
    return r;
}

static bool holds(const struct match *outer, const struct match *inner)
{
    return outer->at.start <= inner->at.start && outer->at.end >= inner->at.end;
}

/* Whether `plain` is the same secret as `decoded`, which was decoded from what is around it. */
static bool is_same(const struct match *plain, const struct match *decoded)
{
    uint8_t text[2 * SCAN_REACH + 4];
    size_t len;

    if (plain->secret_len > 2 * SCAN_REACH)
        return false;
    len = decode_text(decoded->at.chain, plain->secret, plain->secret_len, text);
    return len == decoded->secret_len && memcmp(text, decoded->secret, len) == 0;
}

/* Of a match in the content and a decoded one: whether the first is dropped (1), the second (-1) or
 * neither (0). */
static int compare_decoded(const struct match *plain, const struct match *decoded)
{
    int rank = plain->rule->rank - decoded->rule->rank;

    if (!holds(decoded, plain)) /* so it is for the long ones too, whose end is not known */
        return 0;
    if (!decode_is_sparse(decoded->at.chain))
        return rank > 0 ? -1 : 1;
    if (!is_same(plain, decoded))
        return 0;
    return rank != 0 ? -rank : plain->secret_len == decoded->secret_len ? -1 : 1;
}

static bool loses(const struct match *match, const struct match *other)
{
    if (match->at.chain && other->at.chain)
        return false;
    if (other->at.chain)
        return compare_decoded(match, other) > 0;
    if (match->at.chain)
        return compare_decoded(other, match) < 0;
    if (match->rule == other->rule || (!holds(match, other) && !holds(other, match)))
        return false;
    if (match->rule->rank != other->rule->rank)
        return match->rule->rank < other->rule->rank;
    return holds(other, match) && !holds(match, other);
}

/* Sorted by start, what overlaps a match stands near it: behind it up to its end, and before it as
 * far as a match can be long. */
static bool is_suppressed(const struct scan_stream *stream, size_t index)
{
    const struct match *match = &stream->matches[index];

    for (size_t i = index + 1; i < stream->n_matches && stream->matches[i].at.start < match->at.end;
         i++)
        if (loses(match, &stream->matches[i]))
            return true;
    for (size_t i = index; i-- > 0;) {
        if (stream->matches[i].at.start + 2 * SCAN_REACH < match->at.start)
            break;
        if (loses(match, &stream->matches[i]))
            return true;
    }
    return false;
}

static int report(struct scan_stream *stream, const struct match *match)
{
    struct finding_hit hit = {.class = match->rule->class,
                              .rule = match->rule->id,
                              .severity = match->rule->severity,
                              .secret = match->secret,
                              .secret_len = match->secret_len,
                              .keep = match->rule->keep,
                              .message = match->rule->message,
                              .help = match->rule->help};
    char name[DECODE_NAME_MAX];
    int r;

    if (stream->top) {
        struct match decoded = *match;

        decoded.at = stream->place;
        decoded.reach = stream->place.start;
        decoded.told = false;
        return settle_add(stream->top, &decoded, match->secret);
    }
    r = decoded_hit(stream, &match->at, &hit, name);
    return r < 0 ? r : findings_add(stream->engine->findings, &hit);
}

int settle(struct scan_stream *stream, bool last)
{
    size_t kept = 0;
    int r = 0;

    qsort(stream->matches, stream->n_matches, sizeof(*stream->matches), by_start);
    for (size_t i = 0; i < stream->n_matches; i++) {
        struct match *match = &stream->matches[i];

        if (match->told || (!last && match->reach + SCAN_REACH > stream->accepted))
            continue;
        match->told = true;
        if (r == 0 && !is_suppressed(stream, i))
            r = report(stream, match);
    }
    for (size_t i = 0; i < stream->n_matches; i++) {
        struct match *match = &stream->matches[i];

        if (!last && match->reach + 4 * SCAN_REACH > stream->accepted) {
            stream->matches[kept++] = *match;
            continue;
        }
        explicit_bzero(match->secret, match->secret_len);
        free(match->secret);
    }
    stream->n_matches = kept;
    return r;
}
