/* Telephone numbers, fingerprints, addresses of network cards, security identifiers: digits in
 * groups of any size. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/kinds.h"
#include "scan/phrase.h"

#define DIGITS_MAX 128        /* of a number: with gaps between them, a phrase */
#define NATIONAL 8            /* digits of a number that says something without its country code */
#define NO_BREAK ((char)0xa0) /* a blank that breaks no line */
#define KEY_ID 16             /* hexadecimal digits of a long key id, RFC 4880 12.2 */

/* Adds the digits with a gap between any two. The first pass fires at the last. */
static int add_digits(struct forms *forms, const char *before, const char *digits, unsigned flags)
{
    uint8_t phrase[2 * DIGITS_MAX + 16];
    size_t len = 0;

    for (const char *c = before; *c; c++) {
        phrase[len++] = (uint8_t)*c;
        phrase[len++] = 0;
    }
    for (const char *c = digits; *c; c++) {
        phrase[len++] = (uint8_t)*c;
        phrase[len++] = 0;
    }
    return forms_add(forms, phrase, len - 1, len - 1, flags);
}

/* Looks for the last digits in groups of these sizes, with any of these separators between. */
static int add_groups(struct forms *forms, const char *digits, const char *sizes,
                      const char *separators)
{
    size_t total = 0;
    int r = 0;

    for (const char *s = sizes; *s; s++)
        total += (size_t)(*s - '0');
    if (strlen(digits) < total)
        return 0;
    digits += strlen(digits) - total;
    for (const char *separator = separators; r == 0 && *separator; separator++) {
        uint8_t text[3 * DIGITS_MAX];
        const char *at = digits;
        size_t len = 0;

        for (const char *s = sizes; *s; s++) {
            for (int i = 0; i < *s - '0'; i++)
                text[len++] = (uint8_t)*at++;
            if (s[1] && *separator == NO_BREAK)
                text[len++] = 0xc2; /* UTF-8 */
            if (s[1])
                text[len++] = (uint8_t)*separator;
        }
        r = forms_literal(forms, text, len, false);
    }
    return r;
}

/* --- telephone numbers -------------------------------------------------------------------- */

/* Digits of the country code that begins `digits`, ITU-T E.164. */
static size_t country_code(const char *digits)
{
    static const char *const two[] = {
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};

    if (digits[0] == '1' || digits[0] == '7')
        return 1;
    for (size_t i = 0; i < sizeof(two) / sizeof(*two); i++)
        if (strncmp(digits, two[i], 2) == 0)
            return 2;
    return 3;
}

static int add_international(struct forms *forms, const char *digits)
{
    char code[8] = "", with[16];
    size_t n = country_code(digits);
    const char *rest = digits + n;
    int r = add_digits(forms, "", digits, 0);

    memcpy(code, digits, n);
    snprintf(with, sizeof(with), "00%s", code);
    r = r < 0 ? r : add_digits(forms, with, rest, 0);
    snprintf(with, sizeof(with), "%s0", code); /* +49 (0)171 ... */
    r = r < 0 ? r : add_digits(forms, with, rest, 0);
    if (strlen(rest) < NATIONAL)
        return r;
    r = r < 0 ? r : add_digits(forms, "0", rest, 0);
    return r < 0 ? r : add_digits(forms, "", rest, 0);
}

static int add_national(struct forms *forms, const char *digits)
{
    int r = add_digits(forms, "", digits, 0);

    return r < 0 || digits[0] != '0' ? r : add_digits(forms, "", digits + 1, FORM_CALLED);
}

int kinds_phone(const char *value, struct forms *forms)
{
    static const char *const groups[] = {"33", "222", "24", "42", "15", "123"};
    char digits[DIGITS_MAX + 1];
    size_t n = 0;
    int r;

    for (const char *c = value; *c; c++) {
        if (isdigit((unsigned char)*c) && n < DIGITS_MAX)
            digits[n++] = *c;
        else if (!strchr(PHRASE_SEPARATORS, *c))
            return -EINVAL;
    }
    digits[n] = '\0';
    if (n < 6 || n > 20)
        return -EINVAL;
    if (value[0] == '+' && n > 6)
        r = add_international(forms, digits);
    else if (strncmp(digits, "00", 2) == 0 && n > 8)
        r = add_international(forms, digits + 2);
    else
        r = add_national(forms, digits);
    if (r == 0)
        r = add_groups(forms, digits, "6", " ");
    for (size_t i = 0; r == 0 && i < sizeof(groups) / sizeof(*groups); i++)
        r = add_groups(forms, digits, groups[i], " -./\xa0");
    return r;
}

/* --- hexadecimal -------------------------------------------------------------------------- */

static int nibble(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Reads hexadecimal digits with separators; returns how many there are, 0 for anything else. */
static size_t read_hex(const char *value, char ret[DIGITS_MAX + 1])
{
    size_t n = 0;

    if (strncasecmp(value, "0x", 2) == 0)
        value += 2;
    for (; *value; value++) {
        if (isxdigit((unsigned char)*value) && n < DIGITS_MAX)
            ret[n++] = (char)tolower((unsigned char)*value);
        else if (!strchr(PHRASE_SEPARATORS, *value))
            return 0;
    }
    ret[n] = '\0';
    return n % 2 ? 0 : n;
}

static int add_hex(struct forms *forms, const char *digits)
{
    int r = add_digits(forms, "", digits, FORM_HEX);

    if (r == 0)
        r = add_groups(forms, digits, "8", " ");
    if (r == 0)
        r = add_groups(forms, digits, "2222", ":- .");
    return r < 0 ? r : add_groups(forms, digits, "44", " :-.");
}

int kinds_hex(const char *value, struct forms *forms)
{
    char digits[DIGITS_MAX + 1];
    size_t n = read_hex(value, digits);

    return n != 12 && n != 16 && n != 32 ? -EINVAL : add_hex(forms, digits);
}

/* The bytes as they stand in signatures and in security descriptors. */
static int add_raw(struct forms *forms, const uint8_t *bytes, size_t len)
{
    int r = forms_add(forms, bytes, len, len, FORM_RAW);

    return r < 0 ? r : forms_literal(forms, bytes, len, false);
}

int kinds_key(const char *value, struct forms *forms)
{
    char digits[DIGITS_MAX + 1];
    uint8_t raw[KEY_ID / 2];
    const char *id;
    size_t n;
    int r;

    if (strncasecmp(value, "SHA256:", 7) == 0)
        return strlen(value) < 7 + 40 ? -EINVAL : kinds_word(value + 7, forms);
    n = read_hex(strncasecmp(value, "MD5:", 4) == 0 ? value + 4 : value, digits);
    if (n < 12)
        return -EINVAL;
    r = add_hex(forms, digits);
    if (r < 0 || n < KEY_ID)
        return r;
    id = digits + n - KEY_ID;
    for (size_t i = 0; i < sizeof(raw); i++)
        raw[i] = (uint8_t)(nibble(id[2 * i]) << 4 | nibble(id[2 * i + 1]));
    r = add_digits(forms, "", id, FORM_HEX);
    return r < 0 ? r : add_raw(forms, raw, sizeof(raw));
}

/* --- security identifiers ----------------------------------------------------------------- */

/* S-R-A-S1-S2-...: revision, authority (6 bytes, the highest first), sub-authorities (4 bytes, the
 * lowest first), [MS-DTYP] 2.4.2. The revision and the count in front of them are left out: an
 * account's identifier begins with its domain's. */
int kinds_sid(const char *value, struct forms *forms)
{
    uint8_t raw[6 + 15 * 4] = {0};
    const char *c = value;
    unsigned long part;
    size_t len = 6;
    char *end;
    int r;

    if (strncasecmp(c, "S-1-", 4) != 0)
        return -EINVAL;
    part = strtoul(c + 4, &end, 10);
    if (end == c + 4 || part > 255)
        return -EINVAL;
    raw[5] = (uint8_t)part;
    for (c = end; *c == '-'; c = end) {
        part = strtoul(c + 1, &end, 10);
        if (!isdigit((unsigned char)c[1]) || part > UINT32_MAX || len == sizeof(raw))
            return -EINVAL;
        for (int i = 0; i < 32; i += 8)
            raw[len++] = (uint8_t)(part >> i);
    }
    if (*c || len < 6 + 4 * 4)
        return -EINVAL;
    r = kinds_word(value, forms);
    return r < 0 ? r : add_raw(forms, raw, len);
}
