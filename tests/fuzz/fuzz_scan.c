/* The matcher on any content: what it finds must not depend on how the content is cut. The first
 * three bytes say how much padding stands around the rest (in units of 2 KiB) and how long the
 * pieces are (8 bytes and one more). */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan.h"

#define PAD 2048

static const char rules_text[] =
    "[{\"id\":\"a.pem\",\"family\":\"a\",\"severity\":\"high\",\"check\":\"pem\","
    "  \"prefilter\":\"BEGIN [A-Z]{0,9}\","
    "  \"pattern\":\"BEGIN [A-Z]{0,9}(?<secret>[A-Za-z0-9+/=:,\\\\s]{16,3000})\"},"
    " {\"id\":\"a.token\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"tok_[a-z]{4,8}\"},"
    " {\"id\":\"a.line\",\"family\":\"a\",\"severity\":\"high\",\"pattern\":\"^k=(?<secret>.+)$\"},"
    " {\"id\":\"generic.k\",\"family\":\"generic\",\"severity\":\"low\",\"pattern\":\"k=[a-z_]+\"},"
    " {\"id\":\"a.hash\",\"family\":\"a\",\"severity\":\"low\",\"check\":\"crypt\","
    "  \"prefilter\":\"[$][0-9a-z]{1,3}[$][A-Za-z0-9./$=]{8}\","
    "  \"pattern\":\"[$][0-9a-z]{1,3}[$][A-Za-z0-9./$=]{8,200}\"},"
    " {\"id\":\"a.jwt\",\"family\":\"a\",\"severity\":\"low\",\"check\":\"jwt\","
    "  \"prefilter\":\"eyJ[A-Za-z0-9]\","
    "  \"pattern\":\"eyJ[A-Za-z0-9_-]*[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]*\"}]";

static const char identities_text[] =
    "[{\"kind\":\"username\",\"value\":\"tim\"},"
    "{\"kind\":\"name\",\"value\":\"J\u00fcrgen M\u00fcller\"},"
    "{\"kind\":\"phone\",\"value\":\"0171 1234567\"},"
    "{\"kind\":\"sid\",\"value\":\"S-1-5-21-1-2-3-1001\"},"
    "{\"kind\":\"key-fingerprint\",\"value\":\"0123456789abcdef0123456789abcdef00112233\"},"
    "{\"kind\":\"email-domain\",\"value\":\"tiger.example\"},"
    " {\"kind\":\"name\",\"value\":\"Ottilie Brandvold\"}]";

static const struct fuzz_rules texts = {rules_text, identities_text};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t pad, piece, len;
    uint8_t *content;
    json_t *whole;

    if (size < 3)
        return 0;
    pad = data[0] * (size_t)PAD;
    piece = (data[1] | (size_t)data[2] << 8) * 8 + 1;
    size -= 3;
    len = 2 * pad + size;
    content = malloc(len + 1);
    if (!content)
        abort();
    memset(content, '.', len);
    memcpy(content + pad, data + 3, size);
    whole = fuzz_scan(&texts, content, len, len + 1);
    fuzz_must_equal(whole, fuzz_scan(&texts, content, len, piece));
    json_decref(whole);
    free(content);
    return 0;
}
