#include "formats/table.h"

const struct fixture fixtures[] = {
    /* format, variant, prefix, proof */
    {"gzip", "tar", "", PROOF_TREE},
    {"nar", "dump", "", PROOF_LINKS},
    {"nix export", "store", "(path 1)/", PROOF_LINKS},
    {"rpm", "bzip2", "", PROOF_LINKS},
    {"rpm", "gzip", "", PROOF_LINKS},
    {"rpm", "lzma", "", PROOF_LINKS},
    {"rpm", "none", "", PROOF_LINKS},
    {"rpm", "xz", "", PROOF_LINKS},
    {"rpm", "zstd", "", PROOF_LINKS},
    {"sqlite", "blob", "", PROOF_CONTENTS},
    {"sqlite", "overflow", "words", PROOF_NEEDLE},
    {"sqlite", "utf16", "words", PROOF_NEEDLE},
    {"sqlite", "without-rowid", "words", PROOF_NEEDLE},
    {"SQLite WAL", "open", "", PROOF_NEEDLE},
    {"squashfs", "bare", "", PROOF_TREE},
    {"squashfs", "gzip", "", PROOF_TREE},
    {"squashfs", "lz4", "", PROOF_TREE},
    {"squashfs", "lzma", "", PROOF_TREE},
    {"squashfs", "ng", "", PROOF_TREE},
    {"squashfs", "none", "", PROOF_TREE},
    {"squashfs", "small", "", PROOF_TREE},
    {"squashfs", "xz", "", PROOF_TREE},
    {"squashfs", "zstd", "", PROOF_TREE},
    {"tar", "gnu", "", PROOF_TREE},
    {"tar", "pax", "", PROOF_TREE},
    {"tar", "ustar", "", PROOF_FILES},
};

const size_t n_fixtures = sizeof(fixtures) / sizeof(*fixtures);
