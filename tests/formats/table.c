#include "formats/table.h"

const struct fixture fixtures[] = {
    /* format, variant, prefix, proof */
    {"gzip", "tar", "", PROOF_TREE},
    {"tar", "gnu", "", PROOF_TREE},
    {"tar", "pax", "", PROOF_TREE},
    {"tar", "ustar", "", PROOF_FILES},
};

const size_t n_fixtures = sizeof(fixtures) / sizeof(*fixtures);
