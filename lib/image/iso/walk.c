#include <errno.h>
#include <stdlib.h>

#include "image/iso/iso.h"

static int walk_volume(struct iso *iso)
{
    int r = iso_volume_read(iso);

    if (r == 0 && iso->udf)
        image_walk_unread(iso->walk, NULL, UNREAD_UNSUPPORTED,
                          "there is a UDF file system as well, which is not read here: what the "
                          "ISO's own trees do not show was scanned as bytes");
    if (r == 0 && iso->end > iso->blocks->size)
        image_walk_unread(iso->walk, NULL, UNREAD_CORRUPT,
                          "the volume is larger than what holds it");
    for (size_t i = 0; r == 0 && i < iso->n_trees; i++)
        r = iso_tree_walk(iso, &iso->trees[i], i > 0);
    if (r == 0)
        r = iso_boot_walk(iso);
    if (r == 0)
        r = iso_partitions_walk(iso);
    if (r == 0 && !iso->walk->shown)
        r = image_cover_rest(&iso->cover, iso->walk, iso->blocks, "(free)");
    return r;
}

int image_iso_walk(struct image_walk *walk, struct blocks *blocks)
{
    struct iso iso = {.walk = walk, .blocks = blocks, .block_size = ISO_SECTOR};
    int r;

    iso.piece = malloc(IMAGE_PIECE);
    r = iso.piece ? walk_volume(&iso) : image_walk_damage(walk, NULL, -ENOMEM, NULL);
    image_links_free(&iso.files);
    image_links_free(&iso.starts);
    image_cover_free(&iso.cover);
    free(iso.piece);
    return r;
}
