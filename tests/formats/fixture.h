/* Fixtures outside of libcheck: small ones, for tests that need many rounds. */
#ifndef ASSAY_TEST_FORMATS_FIXTURE_H
#define ASSAY_TEST_FORMATS_FIXTURE_H

#include <stdbool.h>

#include "formats/table.h"

/* Makes `folder`/FORMAT-VARIANT from a small tree by the fixture's script. Returns false, with what
 * the script said on stderr, when it fails. */
bool fixture_make(const struct fixture *fixture, const char *folder);

#endif
