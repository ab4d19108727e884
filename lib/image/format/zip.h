/* What a zip holds that its directory does not list. */
#ifndef ASSAY_IMAGE_FORMAT_ZIP_H
#define ASSAY_IMAGE_FORMAT_ZIP_H

#include "image/format.h"

/* Walks what begins like a member in stretches of `blocks` that belong to none of the directory's
 * members: META "(unlisted at OFFSET)", a container of its own. Nothing where there is no
 * directory. Returns 0 or what ends the walk. */
int image_zip_unlisted(struct image_walk *walk, struct blocks *blocks);

#endif
