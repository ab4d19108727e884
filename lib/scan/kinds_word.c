/* User names, addresses, host names: one word as it stands. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "scan/kinds.h"
#include "scan/phrase.h"
#include "scan/spelling.h"

#define LITERAL 6 /* bytes that are rare enough to be looked for without a boundary in front */
#define HOST 5    /* letters of a host name that says something without its domain */

/* Adds a word in all its spellings. */
static int add_word(const char *value, unsigned flags, struct forms *forms)
{
    struct spelling_word words[SPELLING_WORDS];
    int r = 0;

    if (spelling_words(value, "", words) != 1)
        return -EINVAL;
    for (int style = 0; r == 0 && style < SPELLING_STYLES; style++) {
        uint8_t text[SPELLING_TEXT];
        size_t len = spelling_write(&words[0], (enum spelling_style)style, text);

        if (len == 0)
            continue;
        forms->guarded |= len < LITERAL;
        if (style <= SPELLING_WIDE)
            r = forms_add(forms, text, len, len, flags);
        if (r == 0)
            r = forms_literal(forms, text, len, false);
    }
    return r;
}

int kinds_word(const char *value, struct forms *forms)
{
    return add_word(value, 0, forms);
}

/* Whether a host's name without its domain says whose it is. */
static bool is_telling(const char *name)
{
    static const char *const common[] = {"localhost", "localdomain", "gateway", "server",
                                         "debian",    "ubuntu",      "nixos",   "windows",
                                         "router",    "desktop",     "laptop",  "builder"};

    for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
        if (strcasecmp(name, common[i]) == 0)
            return false;
    return strlen(name) >= HOST;
}

int kinds_hostname(const char *value, struct forms *forms)
{
    size_t len = strcspn(value, ".");
    char name[PHRASE_MAX + 1];
    int r = add_word(value, 0, forms);

    if (r < 0 || value[len] == '\0' || len > PHRASE_MAX)
        return r;
    memcpy(name, value, len);
    name[len] = '\0';
    return is_telling(name) ? add_word(name, 0, forms) : 0;
}

int kinds_address(const char *value, struct forms *forms)
{
    return add_word(value, FORM_ADDRESS, forms);
}

int kinds_employee(const char *value, struct forms *forms)
{
    uint8_t phrase[PHRASE_MAX] = {0};
    size_t len = 0, last = 0;
    bool gap = false;
    int r;

    for (const char *c = value; *c; c++) {
        bool separator = strchr(PHRASE_SEPARATORS, *c) != NULL;

        /* "E1234567", "E-1234567", "E 123 4567" */
        if (len > 0 && !separator &&
            (gap || !isdigit((unsigned char)phrase[len - 1]) != !isdigit((unsigned char)*c))) {
            if (len + 2 > PHRASE_MAX)
                return -EINVAL;
            phrase[len++] = 0;
            last = len;
        }
        gap = separator;
        if (separator)
            continue;
        if (len == PHRASE_MAX)
            return -EINVAL;
        phrase[len++] = (uint8_t)tolower((unsigned char)*c);
    }
    r = len > 0 ? forms_add(forms, phrase, len, len, 0) : -EINVAL;
    if (r < 0)
        return r;
    forms->guarded = len - last < LITERAL;
    return forms->guarded ? forms_literal(forms, phrase, len, true)
                          : forms_literal(forms, phrase + last, len - last, false);
}
