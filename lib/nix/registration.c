#include "nix/registration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/encode.h>

/* One path. */
struct record {
    const char *path;
    uint8_t nar_sha256[ASSAY_SHA256_SIZE];
    uint64_t nar_size;
};

struct registration {
    struct record *records; /* in rising order of their paths */
    size_t n, cap;
};

struct lines {
    char *at, *end;
    unsigned long number; /* of the last one */
};

/* The next line without its line feed; NULL at the end, or for one that holds a NUL. */
static char *next_line(struct lines *lines)
{
    char *line = lines->at, *feed;

    if (line >= lines->end)
        return NULL;
    lines->number++;
    feed = memchr(line, '\n', (size_t)(lines->end - line));
    if (!feed || memchr(line, 0, (size_t)(feed - line)))
        return NULL;
    *feed = 0;
    lines->at = feed + 1;
    return line;
}

static bool read_number(const char *text, uint64_t *ret)
{
    char *end;

    errno = 0;
    *ret = text ? strtoull(text, &end, 10) : 0;
    return text && *text >= '0' && *text <= '9' && !*end && errno == 0;
}

/* "sha256:" may stand before it; 64 hexadecimal digits, or 52 characters of Nix's base 32. */
static bool read_hash(const char *text, uint8_t ret[ASSAY_SHA256_SIZE])
{
    static const char prefix[] = "sha256:";

    if (!text)
        return false;
    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
        text += sizeof(prefix) - 1;
    if (strlen(text) == 2 * (size_t)ASSAY_SHA256_SIZE)
        return assay_hex_decode(text, ret, ASSAY_SHA256_SIZE) == 0;
    return nix32_decode_sha256(text, ret) == 0;
}

/* Path, hash, size, deriver, number of references, and these. */
static bool read_record(struct lines *lines, struct record *ret)
{
    uint64_t references;

    ret->path = next_line(lines);
    if (!ret->path || !read_hash(next_line(lines), ret->nar_sha256) ||
        !read_number(next_line(lines), &ret->nar_size) || !next_line(lines) ||
        !read_number(next_line(lines), &references))
        return false;
    for (; references > 0; references--)
        if (!next_line(lines))
            return false;
    return true;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct record *)a)->path, ((const struct record *)b)->path);
}

static int add(struct registration *registration, const struct record *record)
{
    if (registration->n == REGISTRATION_PATHS_MAX)
        return -E2BIG;
    if (registration->n == registration->cap) {
        size_t cap = registration->cap ? 2 * registration->cap : 256;
        struct record *records = reallocarray(registration->records, cap, sizeof(*records));

        if (!records)
            return -ENOMEM;
        registration->records = records;
        registration->cap = cap;
    }
    registration->records[registration->n++] = *record;
    return 0;
}

int registration_open(char *text, size_t len, struct registration **ret, struct assay_error *err)
{
    struct registration *registration = calloc(1, sizeof(*registration));
    struct lines lines = {.at = text, .end = text + len};
    struct record record;
    int r = registration ? 0 : -ENOMEM;

    while (r == 0 && lines.at < lines.end) {
        if (!read_record(&lines, &record))
            r = assay_error_set(err, EBADMSG, "line %lu is not what nix-store --load-db reads",
                                lines.number);
        else
            r = add(registration, &record);
    }
    if (r < 0) {
        registration_free(registration);
        return r;
    }
    qsort(registration->records, registration->n, sizeof(*registration->records), by_path);
    *ret = registration;
    return 0;
}

struct registration *registration_free(struct registration *registration)
{
    if (registration)
        free(registration->records);
    free(registration);
    return NULL;
}

bool registration_find(const struct registration *registration, const char *path,
                       struct nix_path_info *ret)
{
    const struct record key = {.path = path};
    const struct record *record = bsearch(&key, registration->records, registration->n,
                                          sizeof(*registration->records), by_path);

    if (!record)
        return false;
    *ret = (struct nix_path_info){.path = record->path, .nar_size = record->nar_size};
    memcpy(ret->nar_sha256, record->nar_sha256, sizeof(ret->nar_sha256));
    return true;
}
