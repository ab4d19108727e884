/* Where a package keeps its disk image. */
#ifndef ASSAY_BUILD_IMAGE_H
#define ASSAY_BUILD_IMAGE_H

#include <assay/error.h>
#include <limits.h>

/* Finds the image in the store path `out`: what nix-support/hydra-build-products names as a file
 * (https://github.com/NixOS/hydra, "Build products"), else `out` itself where it is a file, else
 * the largest regular file below it. Links are followed only to what lies in the store. -ENOENT
 * when there is none. */
int image_find(const char *out, char ret[PATH_MAX], struct assay_error *err);

/* The endings of an image's name, ".qcow2" or ".img.gz", "" where it has none. A name that begins
 * with a version ("nixos-24.11.qcow2") gives its last ending; a compressor's ending takes the one
 * before it along. */
const char *image_ending(const char *path);

#endif
