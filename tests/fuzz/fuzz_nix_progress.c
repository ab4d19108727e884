/* What a build says on stderr, line by line, is logged and shown so that no terminal obeys it. */
#include <stdlib.h>
#include <string.h>

#include <assay/nix.h>

#include "fuzz.h"

static void check(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            abort();
}

static void on_line(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    check(text, len);
}

static void on_progress(void *ctx, const char *text, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    check(text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct assay_nix_sink sink = {on_line, on_progress, NULL};
    struct assay_nix_progress *progress = assay_nix_progress_new(&sink);
    const char *at = (const char *)data, *end = at + size;
    const char *error;

    if (!progress)
        abort();
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);

        assay_nix_progress_feed(progress, at, len);
        at += len + 1;
    }
    error = assay_nix_progress_error(progress);
    check(error, strlen(error));
    assay_nix_progress_free(progress);
    return 0;
}
