/* Hashed passwords in the forms of crypt(5). */
#include <ctype.h>
#include <string.h>

#include "scan/checksum.h"

struct form {
    const char *prefix;
    size_t hash;     /* characters of the hash, the last field */
    size_t salt_max; /* characters of the salt, the field before it */
    bool settings;   /* a field of parameters stands before the salt, or may */
};

static const struct form forms[] = {
    {"$1$", 22, 8, false},    {"$5$", 43, 16, true},    {"$6$", 86, 16, true},
    {"$y$", 43, 86, true},    {"$gy$", 43, 86, true},   {"$7$", 43, 97, false},
    {"$md5$", 22, 16, false}, {"$sha1$", 28, 64, true},
};

/* Number of leading characters of crypt's base64, "./0-9A-Za-z". */
static size_t span(const uint8_t *text, size_t len)
{
    size_t n = 0;

    while (n < len && (isalnum(text[n]) || text[n] == '.' || text[n] == '/'))
        n++;
    return n;
}

/* "$2b$10$" and 22 characters of salt with 31 of hash in one: crypt(5), bcrypt. */
static bool bcrypt(const uint8_t *secret, size_t len)
{
    return len == 60 && secret[0] == '$' && secret[1] == '2' &&
           (secret[2] == 'a' || secret[2] == 'b' || secret[2] == 'x' || secret[2] == 'y') &&
           secret[3] == '$' && isdigit(secret[4]) && isdigit(secret[5]) && secret[6] == '$' &&
           (secret[4] - '0') * 10 + (secret[5] - '0') >= 4 &&
           (secret[4] - '0') * 10 + (secret[5] - '0') <= 31 && span(secret + 7, 53) == 53;
}

bool checksum_crypt(const uint8_t *secret, size_t len)
{
    if (len > 7 && bcrypt(secret, len))
        return true;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        const struct form *form = &forms[i];
        size_t prefix = strlen(form->prefix), rest, salt;
        const uint8_t *hash;

        if (len <= prefix + form->hash || memcmp(secret, form->prefix, prefix) != 0)
            continue;
        hash = secret + len - form->hash;
        if (hash[-1] != '$' || span(hash, form->hash) != form->hash)
            return false;
        rest = len - form->hash - 1 - prefix; /* "[settings$]salt" */
        secret += prefix;
        if (form->settings && memchr(secret, '$', rest)) {
            const uint8_t *dollar = memchr(secret, '$', rest);

            rest -= (size_t)(dollar + 1 - secret);
            secret = dollar + 1;
        }
        salt = span(secret, rest);
        return salt == rest && salt <= form->salt_max;
    }
    return false;
}
