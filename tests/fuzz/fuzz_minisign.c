/* minisign's files: the first byte says which kind it is to be. */
#include <stdlib.h>
#include <string.h>

#include "evidence/minisign_format.h"
#include "fuzz.h"

static void public_key(const char *text, size_t len)
{
    struct assay_minisign_public key = {0}, again = {0};
    char written[256];

    if (assay_minisign_public_parse(text, len, &key, NULL) < 0)
        return;
    assay_minisign_public_format(&key, written);
    if (assay_minisign_public_parse(written, strlen(written), &again, NULL) < 0 ||
        memcmp(&key, &again, sizeof(key)) != 0)
        abort();
}

static void secret_key(const char *text, size_t len)
{
    struct assay_minisign_secret *secret = NULL;

    if (assay_minisign_secret_parse(text, len, &secret, NULL) < 0) {
        if (secret)
            abort();
        return;
    }
    assay_minisign_secret_free(secret);
}

/* What passes as a trusted comment may be shown. */
static void signature(const char *text, size_t len)
{
    static const uint8_t prehash[ASSAY_BLAKE2B512_SIZE];
    static char trusted[ASSAY_MINISIGN_TRUSTED_MAX];
    struct assay_minisign_public key = {0}; /* as the corpus's signatures have it */

    if (assay_minisign_verify(&key, prehash, text, len, trusted, NULL) == 0 &&
        !minisign_is_printable(trusted, strlen(trusted)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(const char *text, size_t len) = {public_key, secret_key,
                                                                  signature};
    char *text;

    if (!size)
        return 0;
    text = malloc(size > 1 ? size - 1 : 1);
    if (!text)
        abort();
    memcpy(text, data + 1, size - 1); /* of just that length, for the sanitizer to see its end */
    kinds[data[0] % (sizeof(kinds) / sizeof(*kinds))](text, size - 1);
    free(text);
    return 0;
}
