#include "scan/judge.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* In lower case; each long or odd enough not to stand in a random token by chance. */
static const char *const words[] = {
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "dummy",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "redacted",
    "insert",
    "replaceme",
    "replace_me",
    "replace-me",
    "notreal",
    "not-real",
    "not_real",
    "foobar",
    "01234567890",
    "1234567890",
    "abcdefghij",
    "abcdef1234567890",
    "deadbeef",
    "password",
    "secret_token",
    "mysecret",
    "my-secret",
    "my_secret",
    "sample",
    "my-token",
    "my_token",
    "mytoken",
    "my-key",
    "my_key",
    "goes-here",
    "goes_here",
    "token-here",
    "token_here",
    "key-here",
    "key_here",
    "secret-here",
    "secret_here",
    "a1b2c3d4",
    "1a2b3c4d",
    "12345678",
    "abcdefgh",
    "fixme",
    "cafebabe",
    "not-a-secret",
    "notasecret",
    "lorem-ipsum",
    "testtest",
    "xxxxxx",
    "fake-",
    "fake_",
    "mock-",
    "mock_",
    "-fake",
    "_fake",
};

double judge_entropy(const uint8_t *secret, size_t len)
{
    size_t count[256] = {0};
    double bits = 0;

    for (size_t i = 0; i < len; i++)
        count[secret[i]]++;
    for (size_t i = 0; i < 256; i++) {
        double p = len ? (double)count[i] / (double)len : 0;

        if (p > 0)
            bits -= p * log2(p);
    }
    return bits;
}

static bool has_word(const uint8_t *secret, size_t len, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= len; i++)
        if (strncasecmp((const char *)secret + i, word, n) == 0)
            return true;
    return false;
}

static size_t longest_run(const uint8_t *secret, size_t len)
{
    size_t best = 0, run = 0;

    for (size_t i = 0; i < len; i++) {
        run = i > 0 && secret[i] == secret[i - 1] ? run + 1 : 1;
        if (run > best)
            best = run;
    }
    return best;
}

static bool is_variable(const uint8_t *secret, size_t len)
{
    static const char *const starts[] = {"${", "$(", "{{", "<", "%(", "#{"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
        if (len >= strlen(starts[i]) && memcmp(secret, starts[i], strlen(starts[i])) == 0)
            return true;
    return len >= 2 && secret[0] == '$' && (secret[1] == '_' || (secret[1] | 0x20) >= 'a') &&
           !memchr(secret + 1, '$', len - 1); /* "$TOKEN", but not the "$6$..." of crypt(5) */
}

bool judge_is_placeholder(const uint8_t *secret, size_t len)
{
    size_t run = longest_run(secret, len);

    if ((run >= 6 && run >= len / 4) || run == len || is_variable(secret, len))
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (has_word(secret, len, words[i]))
            return true;
    return false;
}
