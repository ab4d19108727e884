/* Which of the layouts (IMAGE_LAYOUT) an archive is, told by its members' names. */
#ifndef ASSAY_IMAGE_LAYOUT_H
#define ASSAY_IMAGE_LAYOUT_H

#include "image/format.h"

#define IMAGE_LAYOUTS_MAX 8

/* Begins by image_layout_begin(). */
struct image_layout {
    const struct image_format *rows[IMAGE_LAYOUTS_MAX]; /* those that the archive may be */
    unsigned seen[IMAGE_LAYOUTS_MAX];                   /* of each: the members that were there */
    size_t n;
};

/* For an archive of the format `holder`. */
void image_layout_begin(struct image_layout *layout, const struct image_format *holder);

/* Notes the member `path`. */
void image_layout_member(struct image_layout *layout, const char *path);

/* At the archive's end: counts a container of each layout that it is, and reports one that lacks a
 * part. */
void image_layout_count(const struct image_layout *layout, struct image_walk *walk);

#endif
