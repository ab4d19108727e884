#include "image/ext/ext.h"
#include "image/format.h"

#define SUPER 1024

/* The magic has two bytes only: sizes have to make sense as well. */
static bool probe_ext(const struct image_head *head)
{
    const uint8_t *super;

    if (head->len < 2 * SUPER || !image_head_has(head, SUPER + 56, "\x53\xef", 2))
        return false;
    super = head->data + SUPER;
    return image_le32(super) > 0 && image_le32(super + 4) > 0 && image_le32(super + 20) <= 1 &&
           image_le32(super + 24) <= 6 && image_le32(super + 32) > 0 &&
           image_le32(super + 40) > 0 && image_le32(super + 76) <= 1;
}

const struct image_format image_format_ext = {
    .name = "ext",
    .kind = IMAGE_BLOCKS,
    .places = IMAGE_ANYWHERE,
    .by = "libext2fs",
    .notes = "ext2, ext3, ext4; free space, slack and the journal as well",
    .probe = probe_ext,
    .walk = image_ext_walk,
};
