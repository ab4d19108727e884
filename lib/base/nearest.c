#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

size_t nearest_edits(const char *a, const char *b)
{
    size_t row[NEAREST_LENGTH + 1], a_len = strlen(a), b_len = strlen(b);

    if (a_len > NEAREST_LENGTH || b_len > NEAREST_LENGTH)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_len];
}
