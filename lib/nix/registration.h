/* The text that `nix-store --load-db` reads (Nix, src/libstore/path-info.cc and store-api.cc,
 * decodeValidPathInfo()), which containers made by NixOS hold as /nix-path-registration: of each
 * path its hash and references, but no signature. */
#ifndef ASSAY_NIX_REGISTRATION_H
#define ASSAY_NIX_REGISTRATION_H

#include <assay/error.h>
#include <stddef.h>
#include <stdint.h>

#include "nix/signature.h"

#define REGISTRATION_PATHS_MAX 1000000

struct registration;

/* Reads `len` bytes, which are cut into lines in place and stay until registration_free().
 * -EBADMSG with `err` naming the line, -ENOMEM. */
int registration_open(char *text, size_t len, struct registration **ret, struct assay_error *err);
struct registration *registration_free(struct registration *registration);

/* What it says of `path` ("/nix/store/..."): hash and size. Returns whether it knows the path. */
bool registration_find(const struct registration *registration, const char *path,
                       struct nix_path_info *ret);

#endif
