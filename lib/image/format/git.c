#include "image/git/git.h"

#include "image/format.h"

/* gitformat-pack(5): header and trailer; an empty pack is no more than that. */
static bool probe_git_pack(const struct image_head *head)
{
    return image_head_has(head, 0, "PACK\0\0\0", 7) && head->len >= 32 && head->data[7] >= 2 &&
           head->data[7] <= 3;
}

const struct image_format image_format_git_pack = {
    .name = "git pack",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "ISA-L",
    .notes = "all objects, deltas applied; SHA-1 and SHA-256; blobs under their paths",
    .probe = probe_git_pack,
    .walk = image_git_pack_walk,
};

static bool probe_git_loose(const struct image_head *head)
{
    return image_git_loose_probe(head->data, head->len);
}

const struct image_format image_format_git_loose = {
    .name = "git object",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "ISA-L",
    .notes = "loose objects",
    .probe = probe_git_loose,
    .around = true,
    .stream = image_git_loose_stream,
};
