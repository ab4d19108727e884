/* Of overlapping matches the more telling one is reported.
 *
 * Two matches of different rules whose secrets overlap so that one holds the other: the one of
 * lower rank is dropped; with equal rank the shorter one is; with equal rank and the same bytes
 * both stay. A rule has rank 1, one more with a `check`, one less in the family "generic". */
#include <errno.h>
#include <string.h>

#include "scan/stream.h"

int settle_add(struct scan_stream *stream, const struct match *match, const uint8_t *secret)
{
    size_t len = (size_t)(match->end - match->start);
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
    added->secret = malloc(len);
    if (!added->secret)
        return -ENOMEM;
    memcpy(added->secret, secret, len);
    stream->n_matches++;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct match *left = a, *right = b;
    int r;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    if (left->end != right->end)
        return left->end > right->end ? -1 : 1;
    r = strcmp(left->rule->id, right->rule->id);
    return r;
}

static bool holds(const struct match *outer, const struct match *inner)
{
    return outer->start <= inner->start && outer->end >= inner->end;
}

static bool loses(const struct match *match, const struct match *other)
{
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

    for (size_t i = index + 1; i < stream->n_matches && stream->matches[i].start < match->end; i++)
        if (loses(match, &stream->matches[i]))
            return true;
    for (size_t i = index; i-- > 0;) {
        if (stream->matches[i].start + 2 * SCAN_REACH < match->start)
            break;
        if (loses(match, &stream->matches[i]))
            return true;
    }
    return false;
}

static int report(struct scan_stream *stream, const struct match *match)
{
    return findings_add(stream->engine->findings,
                        &(struct finding_hit){.class = FINDING_SECRET,
                                              .rule = match->rule->id,
                                              .severity = match->rule->severity,
                                              .container = stream->container,
                                              .path = stream->path,
                                              .in = stream->in,
                                              .offset = stream->names ? -1 : (int64_t)match->start,
                                              .line = match->line,
                                              .secret = match->secret,
                                              .secret_len = (size_t)(match->end - match->start),
                                              .keep = match->rule->keep,
                                              .message = match->rule->message,
                                              .help = match->rule->help});
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
        explicit_bzero(match->secret, (size_t)(match->end - match->start));
        free(match->secret);
    }
    stream->n_matches = kept;
    return r;
}
