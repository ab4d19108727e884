/* From a hit of the first pass to a match: the real pattern on the bytes around it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scan/judge.h"
#include "scan/stream.h"

static struct slot *slot_of(struct scan_stream *stream, size_t index)
{
    struct slot *slot = &stream->slots[index];

    if (slot->turn != stream->turn)
        *slot = (struct slot){.turn = stream->turn};
    return slot;
}

/* Line of the byte at `at` of the window, counted on from the last one asked for. */
int64_t confirm_line(struct window *window, size_t at)
{
    if (window->stream->names || window->stream->binary)
        return 0;
    if (at >= window->counted)
        window->lines += stream_count_lines(window->data + window->counted, at - window->counted);
    else
        window->lines -= stream_count_lines(window->data + at, window->counted - at);
    window->counted = at;
    return (int64_t)window->lines + 1;
}

int confirm_unaudited(struct scan_stream *stream, const char *rule, const char *message)
{
    struct finding_hit hit = {
        .class = FINDING_UNAUDITED,
        .rule = rule,
        .severity = SEVERITY_HIGH,
        .container = stream->container,
        .path = stream->path,
        .in = stream->in,
        .offset = -1,
        .message = message,
        .help = "Look at the entry yourself, or take it out of the image; a policy can allow it by "
                "name under allow_unaudited.",
    };

    stream_mark(stream);
    return findings_add(stream->engine->findings, &hit);
}

/* Looks no further for a rule in this entry, and says so. */
static int give_up(struct scan_stream *stream, struct slot *slot, const struct rule *rule,
                   const char *why)
{
    char name[160], message[320];

    slot->gave_up = true;
    snprintf(name, sizeof(name), "unaudited.%s", rule->id);
    snprintf(message, sizeof(message), "The rule %s was not applied to all of this entry: %s",
             rule->id, why);
    return confirm_unaudited(stream, name, message);
}

static bool path_fits(struct scan_stream *stream, struct slot *slot, const struct rule *rule)
{
    _cleanup_free_ char *path = NULL;

    if (rule->n_paths == 0)
        return true;
    if (slot->path != 0)
        return slot->path > 0;
    path = finding_path(stream->container, stream->path);
    if (!path) /* rather a finding too many than one too few */
        return true;
    slot->path = -1;
    for (size_t i = 0; slot->path < 0 && i < rule->n_paths; i++)
        /* An error (the limit on steps) counts as a match, for the same reason. */
        if (pcre2_match(rule->paths[i], (PCRE2_SPTR)path, strlen(path), 0, 0, stream->engine->match,
                        stream->engine->context) != PCRE2_ERROR_NOMATCH)
            slot->path = 1;
    return slot->path > 0;
}

/* The secret's place within the last match: the group `secret` that took part, or all of it. */
static void find_secret(const struct scan_engine *engine, const struct rule *rule,
                        size_t *ret_start, size_t *ret_end)
{
    const PCRE2_SIZE *vector = pcre2_get_ovector_pointer(engine->match);
    int group = 0;

    for (size_t i = 0; i < rule->n_groups && group == 0; i++)
        if (vector[2 * rule->groups[i]] != PCRE2_UNSET)
            group = rule->groups[i];
    *ret_start = vector[2 * group];
    *ret_end = vector[2 * group + 1];
}

static bool is_secret(const struct rule *rule, const uint8_t *secret, size_t len)
{
    if (len == 0 || (rule->entropy > 0 && judge_entropy(secret, len) < rule->entropy))
        return false;
    if (rule->placeholders && judge_is_placeholder(secret, len))
        return false;
    return !rule->check || rule->check->holds(secret, len);
}

/* Finds the pattern's match that holds the hit. The bytes looked at are SCAN_REACH to either side
 * of it; where that cuts the content, "^" and "$" do not match. Returns 1 with the match in the
 * engine's match data, 0 for none, a negative PCRE2 error. */
static int find_match(const struct window *window, const struct rule *rule, size_t from, size_t end,
                      size_t start)
{
    struct scan_engine *engine = window->stream->engine;
    const PCRE2_SIZE *vector = pcre2_get_ovector_pointer(engine->match);
    size_t stop = window->len - end > SCAN_REACH ? end + SCAN_REACH : window->len;
    uint32_t options = 0;

    if (window->offset + from > window->stream->origin && window->data[from - 1] != '\n')
        options |= PCRE2_NOTBOL;
    if (stop == end + SCAN_REACH)
        options |= PCRE2_NOTEOL;
    while (start <= end) {
        int r = pcre2_match(rule->pattern, window->data + from, stop - from, start - from, options,
                            engine->match, engine->context);

        if (r == PCRE2_ERROR_NOMATCH)
            return 0;
        if (r < 0)
            return r;
        if (vector[0] + from > end)
            return 0;
        if (vector[1] + from >= end && vector[1] > vector[0])
            return 1;
        start = vector[1] + from + (vector[1] == vector[0]);
    }
    return 0;
}

static int confirm_rule(struct window *window, const struct rule *rule, struct slot *slot,
                        uint64_t hit_end)
{
    struct scan_stream *stream = window->stream;
    const PCRE2_SIZE *vector = pcre2_get_ovector_pointer(stream->engine->match);
    size_t end = (size_t)(hit_end - window->offset), from = end > SCAN_REACH ? end - SCAN_REACH : 0;
    size_t start = from, low, high;
    int r;

    if (slot->done > window->offset + from) {
        start = (size_t)(slot->done - window->offset);
        stream_mark(stream);
    }
    r = find_match(window, rule, from, end, start);
    if (r < 0)
        return give_up(stream, slot, rule, "a match took too long to find");
    if (r == 0)
        return 0;
    stream_mark(stream);
    find_secret(stream->engine, rule, &low, &high);
    slot->done = window->offset + from + vector[1];
    low += from;
    high += from;
    if (high <= low || !is_secret(rule, window->data + low, high - low))
        return 0;
    if (++slot->found > STREAM_FOUND_MAX)
        return give_up(stream, slot, rule, "it matches in too many places");
    return settle_add(stream,
                      &(struct match){.rule = rule,
                                      .at = {.start = window->offset + low,
                                             .end = window->offset + high,
                                             .line = confirm_line(window, low)},
                                      .reach = slot->done,
                                      .secret_len = high - low},
                      window->data + low);
}

static int confirm_identity(struct window *window, const struct identity *identity,
                            struct slot *slot, uint64_t hit_end)
{
    struct scan_stream *stream = window->stream;
    struct decode_place place = stream->place;
    struct identity_match match;
    struct finding_hit hit = {.class = identity->class,
                              .rule = identity->rule,
                              .severity = identity->severity,
                              .secret = match.value,
                              .message = identity->message,
                              .help = identity->help};
    char name[DECODE_NAME_MAX];
    int r;

    if (!identity_confirm(identity, window->data, window->len, (size_t)(hit_end - window->offset),
                          !stream->names, &match))
        return 0;
    hit.secret_len = match.value_len;
    stream_mark(stream);
    slot->done = hit_end;
    slot->found++;
    if (!stream->top)
        place = (struct decode_place){.start = window->offset + match.start,
                                      .line = confirm_line(window, match.start)};
    /* In names it is hidden as it is written there. */
    r = stream->names ? findings_hide_word(stream->engine->findings, window->data + match.start,
                                           match.end - match.start)
                      : 0;
    if (r == 0)
        r = decoded_hit(decoded_top(stream), &place, &hit, name);
    return r < 0 ? r : findings_add(stream->engine->findings, &hit);
}

int confirm_hit(struct window *window, size_t index, uint64_t end)
{
    struct scan_stream *stream = window->stream;
    struct scan_engine *engine = stream->engine;
    struct slot *slot = slot_of(stream, index);

    /* Further places of the same identity tell nothing new. */
    if (end <= slot->done || slot->gave_up ||
        (index >= engine->n_rules && slot->found == STREAM_FOUND_MAX) ||
        (index < engine->n_rules && !path_fits(stream, slot, &engine->rules[index]))) {
        stream_mark(stream);
        return 0;
    }
    if (index >= engine->n_rules)
        return confirm_identity(window, &engine->identities[index - engine->n_rules], slot, end);
    if (++slot->tries > STREAM_TRIES + (end - stream->origin) / STREAM_TRY_BYTES)
        return give_up(stream, slot, &engine->rules[index], "too much of it looks like a match");
    return confirm_rule(window, &engine->rules[index], slot, end);
}
