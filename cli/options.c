#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void options_declare(struct options *options, const struct option_spec *table)
{
    for (; table && table->name && options->n_slots < OPTIONS_MAX; table++) {
        options->slots[options->n_slots].spec = table;
        options->slots[options->n_slots++].value = NULL;
    }
}

unsigned options_distance(const char *a, const char *b)
{
    size_t len_a = strnlen(a, 63), len_b = strnlen(b, 63);
    unsigned row[64];

    for (size_t j = 0; j <= len_b; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= len_a; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= len_b; j++) {
            unsigned above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[len_b];
}

/* Slot of "--NAME" (`len` bytes of it) or of the letter, or -1. */
static int find_slot(const struct options *options, const char *name, size_t len, char letter)
{
    for (size_t i = 0; i < options->n_slots; i++) {
        const struct option_spec *spec = options->slots[i].spec;

        if (name ? strlen(spec->name) == len && !strncmp(spec->name, name, len)
                 : letter && spec->letter == letter)
            return (int)i;
    }
    return -1;
}

static int unknown(const struct options *options, const char *word, struct assay_error *err)
{
    const char *near = NULL;
    unsigned nearest = 3;
    char name_given[64];

    snprintf(name_given, sizeof(name_given), "%.*s", (int)strcspn(word, "="), word);
    for (size_t i = 0; !strncmp(word, "--", 2) && i < options->n_slots; i++) {
        const char *name = options->slots[i].spec->name;
        unsigned distance = options_distance(name_given + 2, name);

        if (distance < nearest && distance < strlen(name)) {
            nearest = distance;
            near = name;
        }
    }
    if (near)
        return assay_error_set(err, EINVAL, "there is no option %s; did you mean --%s?", name_given,
                               near);
    return assay_error_set(err, EINVAL, "there is no option %s; --help lists them", name_given);
}

/* Takes one option; *i moves on when the next word is its value. */
static int take(struct options *options, int argc, char **argv, int *i, struct assay_error *err)
{
    const char *word = argv[*i], *value = NULL;
    const struct option_spec *spec;
    int slot;

    if (word[1] == '-') {
        size_t len = strcspn(word + 2, "=");

        slot = find_slot(options, word + 2, len, 0);
        value = word[2 + len] ? word + 2 + len + 1 : NULL;
    } else {
        slot = find_slot(options, NULL, 0, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (slot < 0)
        return unknown(options, word, err);
    spec = options->slots[slot].spec;
    if (!spec->value && value)
        return assay_error_set(err, EINVAL, "--%s takes no value; leave out '%s'", spec->name,
                               value);
    if (spec->value && !value) {
        if (*i + 1 >= argc)
            return assay_error_set(err, EINVAL, "--%s needs a value: --%s %s", spec->name,
                                   spec->name, spec->value);
        value = argv[++*i];
    }
    options->slots[slot].value = value ? value : "";
    return 0;
}

int options_parse(struct options *options, int argc, char **argv, struct assay_error *err)
{
    bool ended = false;

    for (int i = 0; i < argc; i++) {
        int r;

        if (ended || argv[i][0] != '-' || !argv[i][1]) {
            options->args[options->n_args++] = argv[i];
            continue;
        }
        if (!strcmp(argv[i], "--")) {
            ended = true;
            continue;
        }
        r = take(options, argc, argv, &i, err);
        if (r < 0)
            return r;
    }
    return 0;
}

const char *options_get(const struct options *options, const char *name)
{
    int slot = find_slot(options, name, strlen(name), 0);

    return slot < 0 ? NULL : options->slots[slot].value;
}

int options_number(const struct options *options, const char *name, int64_t min, int64_t max,
                   int64_t otherwise, int64_t *ret, struct assay_error *err)
{
    const char *text = options_get(options, name);
    char *end;
    long long number;

    if (!text) {
        *ret = otherwise;
        return 0;
    }
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < min || number > max)
        return assay_error_set(err, EINVAL,
                               "--%s is '%s'; it must be a whole number from %lld to %lld", name,
                               text, (long long)min, (long long)max);
    *ret = number;
    return 0;
}
