#include "base/embedded.h"

#include <string.h>

const struct assay_embedded *embedded_find(const char *name)
{
    for (const struct assay_embedded *file = assay_embedded_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
