/* Where things of a file system were met first: files with several names, directories that must not
 * be met twice. */
#ifndef ASSAY_IMAGE_LINKS_H
#define ASSAY_IMAGE_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_LINKS_MAX ((size_t)128 << 20) /* bytes kept */

struct image_link {
    uint64_t key;
    char *path; /* NULL: the slot is free */
};

/* A hash table with open addressing. Begins as {0}. */
struct image_links {
    struct image_link *slots;
    size_t n, cap, used;
};

/* The path under which `key` was met first in *ret_before (owned by the table), NULL when this is
 * the first time: then `path` is kept. Returns 0, -ENOMEM, or -EFBIG when too many are kept. */
int image_links_seen(struct image_links *links, uint64_t key, const char *path,
                     const char **ret_before);

/* Whether it was met. */
bool image_links_has(const struct image_links *links, uint64_t key);

void image_links_free(struct image_links *links);

#endif
