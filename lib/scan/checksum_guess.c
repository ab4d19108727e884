/* What tells random characters and passwords from names, words and code, where no checksum does. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scan/checksum.h"

enum kind { LOWER, UPPER, DIGIT, OTHER };

struct shape {
    size_t count[4];
    size_t changes; /* between neighbours of two kinds */
    size_t digits;  /* of these, between a letter and a digit */
};

static enum kind kind_of(uint8_t c)
{
    return islower(c) ? LOWER : isupper(c) ? UPPER : isdigit(c) ? DIGIT : OTHER;
}

static struct shape shape_of(const uint8_t *text, size_t len)
{
    struct shape shape = {0};

    for (size_t i = 0; i < len; i++) {
        enum kind kind = kind_of(text[i]), before = i > 0 ? kind_of(text[i - 1]) : kind;

        shape.count[kind]++;
        shape.changes += kind != before;
        shape.digits += (kind == DIGIT && before <= UPPER) || (before == DIGIT && kind <= UPPER);
    }
    return shape;
}

/* A name in a program: identifiers joined by dots, of which one at least is a plain word
 * ("x25519.X25519PrivateKey", "self.config.tokens2"). */
static bool is_code(const uint8_t *text, size_t len)
{
    bool dots = false, word = false;
    size_t start = 0;

    for (size_t i = 0; i <= len; i++) {
        bool end = i == len || text[i] == '.';

        if (!end && !isalnum(text[i]) && text[i] != '_')
            return false;
        if (!end)
            continue;
        if (i == start || isdigit(text[start]))
            return false;
        if (i - start >= 2) {
            bool plain = true;

            for (size_t j = start; j < i; j++)
                plain = plain && (islower(text[j]) || text[j] == '_');
            word = word || plain;
        }
        dots = dots || i < len;
        start = i + 1;
    }
    return dots && word;
}

/* Letters and digits that take turns as they do by chance and in no name ("getToken2", "us-east-1",
 * "sha256-of-file"): at least three times between letter and digit, or at two of five places where
 * the case of letters counts as well. By chance it is half or more in each alphabet. */
bool checksum_random(const uint8_t *secret, size_t len)
{
    struct shape shape = shape_of(secret, len);

    return shape.count[DIGIT] > 0 && shape.count[LOWER] + shape.count[UPPER] > 0 &&
           !is_code(secret, len) &&
           (shape.digits >= 3 || (shape.count[OTHER] * 4 <= len && 5 * shape.changes >= 2 * len));
}

/* In lower case: what stands where a password would. */
static const char *const words[] = {
    "changeit", "anonymous", "fixme",    "default",  "hunter2",  "s3cr3t",   "p4ssw0rd", "p@ssw",
    "passw0rd", "passwd",    "pass123",  "passphr",  "qwerty",   "letmein",  "test123",  "test1234",
    "testing",  "root123",   "secret",   "admin123", "tiger123", "xxxx",     "****",     "....",
    "????",     "123456",    "user",     "mypass",   "thepass",  "correcth", "sha256",   "sha512",
    "utf-8",    "utf8",      "base64",   "iso8859",  "iso-8859", "vault:",   "enc[",     "enc(",
    "arn:aws",  "op://",     "secrets.", "config.",  "process.", "os.envi",  "getenv",   "://",
    "/run/",    "/etc/",     "abc123",
};

static bool has_word(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t n = strlen(words[i]);

        for (size_t at = 0; at + n <= len; at++)
            if (strncasecmp((const char *)text + at, words[i], n) == 0)
                return true;
    }
    return false;
}

/* A name or a number rather than a password: words joined by one kind of sign ("user_password",
 * "db.password.2", "10.0.0.1"), of letters alone or digits alone. */
static bool is_name(const uint8_t *text, size_t len)
{
    uint8_t joint = 0;

    for (size_t i = 0; i < len; i++) {
        if (isalnum(text[i])) {
            if (i > 0 && isalnum(text[i - 1]) &&
                (isdigit(text[i]) && 1) != (isdigit(text[i - 1]) && 1))
                return false;
            continue;
        }
        if (!strchr("_.-:/", text[i]) || (joint && joint != text[i]))
            return false;
        joint = text[i];
    }
    return true;
}

/* In lower case: the words that names of things are made of, and passphrases are not. */
static const char *const parts[] = {
    "account", "admin",   "api",    "app",    "auth", "bucket",  "change",  "client",
    "cluster", "config",  "cred",   "data",   "db",   "default", "deploy",  "dev",
    "dummy",   "example", "fake",   "file",   "here", "host",    "insert",  "key",
    "local",   "name",    "node",   "pass",   "path", "place",   "prod",    "replace",
    "role",    "sample",  "secret", "server", "serv", "stag",    "storage", "string",
    "test",    "token",   "user",   "value",  "var",  "version", "your",    "zone",
};

static bool is_part(const uint8_t *word, size_t len)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        size_t n = strlen(parts[i]);

        if (len >= n && strncasecmp((const char *)word, parts[i], n) == 0)
            return true;
    }
    return false;
}

/* Words as password managers join them, "velvet-lantern-ember-76": at least three of at least four
 * letters and a number of two digits or more, none of the words one of which names are made. */
static bool is_passphrase(const uint8_t *text, size_t len)
{
    size_t letters = 0, numbers = 0;

    for (size_t i = 0, end; i < len; i = end + 1) {
        bool number = isdigit(text[i]);

        for (end = i; end < len && isalnum(text[end]); end++)
            if ((isdigit(text[end]) && 1) != number)
                return false;
        if (end - i < (number ? 2u : 4u) || (!number && is_part(text + i, end - i)))
            return false;
        letters += !number;
        numbers += number;
    }
    return letters >= 3 && numbers == 1;
}

/* A password that someone or something made: letters and digits or signs, or letters that change
 * their case as they do by chance; no word of a placeholder, no name, no code, and not cut off. */
bool checksum_password(const uint8_t *secret, size_t len)
{
    struct shape shape = shape_of(secret, len);
    size_t letters = shape.count[LOWER] + shape.count[UPPER];

    if (letters == 0 || (len >= 3 && memcmp(secret + len - 3, "...", 3) == 0))
        return false;
    if (letters == len)
        return len >= 10 && 5 * shape.changes >= 2 * len;
    return (!is_name(secret, len) || is_passphrase(secret, len)) && !has_word(secret, len);
}

/* Cisco's type 7: two digits that say where in a fixed text the key begins, then pairs of hex that
 * are XORed with it; true when what comes out is printable. The text is public since 1995. */
bool checksum_cisco7(const uint8_t *secret, size_t len)
{
    static const char text[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
    size_t start = len >= 8 && len % 2 == 0 ? (size_t)(secret[0] - '0') * 10 + secret[1] - '0' : 99;

    if (start > 15)
        return false;
    for (size_t i = 2; i < len; i += 2, start++) {
        unsigned high = isdigit(secret[i]) ? secret[i] - '0' + 0u : (secret[i] | 32u) - 'a' + 10;
        unsigned low =
            isdigit(secret[i + 1]) ? secret[i + 1] - '0' + 0u : (secret[i + 1] | 32u) - 'a' + 10;
        unsigned c = (high << 4 | low) ^ (unsigned)text[start % (sizeof(text) - 1)];

        if (high > 15 || low > 15 || c < 0x20 || c > 0x7e)
            return false;
    }
    return true;
}
