/* Names of people. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/kinds.h"
#include "scan/phrase.h"
#include "scan/spelling.h"

#define LITERAL                                                                    \
    5 /* letters of a surname that is rare enough to be looked for alone, and with \
         an initial */

struct name {
    struct forms *forms;
    struct spelling_word words[SPELLING_WORDS];
    size_t n;
    bool anchored; /* the first pass looks for the surname alone */
};

/* A part of a form: a word of the name, or the initial of one. */
#define INITIAL 0x80

static size_t surname(const struct name *name)
{
    return name->n - 1;
}

/* Writes the parts as a phrase. Returns its length, or 0; *ret_anchor receives the bytes up to the
 * end of the surname. */
static size_t write_parts(const struct name *name, const uint8_t *parts, size_t n,
                          enum spelling_style style, uint8_t ret[PHRASE_MAX], size_t *ret_anchor)
{
    uint8_t text[SPELLING_TEXT];
    struct spelling_word initial = {.n = 1};
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        size_t index = parts[i] & ~INITIAL, size;
        const struct spelling_word *word = &name->words[index];

        if (parts[i] & INITIAL) {
            initial.letters[0] = word->letters[0];
            word = &initial;
        }
        size = spelling_write(word, style, text);
        if (size == 0 || len + size + 1 > PHRASE_MAX)
            return 0;
        if (i > 0)
            ret[len++] = 0;
        memcpy(ret + len, text, size);
        len += size;
        if (parts[i] == surname(name))
            *ret_anchor = len;
    }
    return len;
}

/* Adds a form in all its spellings; unless the surname alone is looked for, all of it is. */
static int add(const struct name *name, const uint8_t *parts, size_t n)
{
    unsigned flags = (parts[0] & INITIAL ? (unsigned)FORM_INITIAL_FIRST : 0) |
                     (parts[n - 1] & INITIAL ? (unsigned)FORM_INITIAL_LAST : 0);
    int r = 0;

    for (int style = 0; r == 0 && style < SPELLING_STYLES; style++) {
        uint8_t phrase[PHRASE_MAX];
        size_t anchor = 0,
               len = write_parts(name, parts, n, (enum spelling_style)style, phrase, &anchor);

        if (len == 0)
            continue;
        if (style <= SPELLING_WIDE)
            r = forms_add(name->forms, phrase, len, name->anchored ? anchor : len, flags);
        if (r == 0 && !name->anchored)
            r = forms_literal(name->forms, phrase, len, true);
    }
    return r;
}

/* The surname in all its spellings, also those of an "ü" that the policy writes as "ue". */
static int add_surname(const struct name *name)
{
    const struct spelling_word *words[2] = {&name->words[surname(name)]};
    struct spelling_word narrow;
    int r = 0;

    if (spelling_narrow(words[0], &narrow))
        words[1] = &narrow;
    for (size_t i = 0; r == 0 && i < 2 && words[i]; i++) {
        for (int style = 0; r == 0 && style < SPELLING_STYLES; style++) {
            uint8_t text[SPELLING_TEXT];
            size_t len = spelling_write(words[i], (enum spelling_style)style, text);

            /* Of "ue" as "ü" written as "u" nobody thinks. */
            if (len > 0 && !(i == 1 && style <= SPELLING_WIDE))
                r = forms_literal(name->forms, text, len, false);
        }
    }
    return r;
}

/* All words, beginning with word `first`. */
static int add_turned(const struct name *name, size_t first)
{
    uint8_t parts[SPELLING_WORDS];

    for (size_t i = 0; i < name->n; i++)
        parts[i] = (uint8_t)((first + i) % name->n);
    return add(name, parts, name->n);
}

/* Three words in the orders that turning does not give. */
static int add_swapped(const struct name *name)
{
    static const uint8_t orders[3][3] = {{0, 2, 1}, {1, 0, 2}, {2, 1, 0}};
    int r = 0;

    for (size_t i = 0; r == 0 && name->n == 3 && i < 3; i++)
        r = add(name, orders[i], 3);
    return r;
}

/* "O. Brandvold", "Brandvold, O.", and of three words "O. K. Brandvold", "Ottilie K. Brandvold",
 * "O. Müller-Brandvold". */
static int add_initials(const struct name *name)
{
    uint8_t last = (uint8_t)surname(name), n = (uint8_t)name->n, all[SPELLING_WORDS + 1];
    int r = add(name, (uint8_t[]){INITIAL, last}, 2);

    if (r == 0)
        r = add(name, (uint8_t[]){last, INITIAL}, 2);
    if (r < 0 || n < 3)
        return r;
    for (uint8_t i = 0; i < n; i++)
        all[i] = all[n] = i == last ? last : (uint8_t)(i | INITIAL);
    r = add(name, all, n);
    all[0] = 0;
    r = r < 0 ? r : add(name, all, n);
    for (uint8_t i = 1; i < n; i++)
        all[i] = i;
    all[0] = all[n] = INITIAL;
    r = r < 0 ? r : add(name, all, n);
    return r < 0 ? r : add(name, all + 1, n);
}

static int add_forms(struct name *name)
{
    uint8_t last = (uint8_t)surname(name);
    size_t orders[3], n = phrase_orders(name->n, orders);
    int r = 0;

    if (name->anchored)
        r = add_surname(name);
    name->forms->guarded = !name->anchored;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_turned(name, orders[i]);
    if (r == 0)
        r = add_swapped(name);
    if (r == 0 && name->n > 2)
        r = add(name, (uint8_t[]){0, last}, 2);
    if (r == 0 && name->n > 2)
        r = add(name, (uint8_t[]){last, 0}, 2);
    if (r == 0 && name->n > 1 && name->words[last].n >= LITERAL)
        r = add_initials(name);
    return r;
}

int kinds_name(const char *value, struct forms *forms)
{
    struct name *name = calloc(1, sizeof(*name));
    int r = -EINVAL;

    if (!name)
        return -ENOMEM;
    name->forms = forms;
    name->n = spelling_words(value, PHRASE_SEPARATORS, name->words);
    if (name->n > 0) {
        name->anchored = name->words[surname(name)].n >= LITERAL;
        r = add_forms(name);
    }
    explicit_bzero(name, sizeof(*name));
    free(name);
    return r;
}
