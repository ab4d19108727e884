/* "Did you mean": the name nearest to one that is not there. */
#ifndef ASSAY_POLICY_SUGGEST_H
#define ASSAY_POLICY_SUGGEST_H

#include <assay/json.h>
#include <stddef.h>

/* Writes the key of `names` (an object), or the "family.*" of one, that is nearest to `word` by
 * Levenshtein distance to `ret`; "" when nothing is near (more than a third of the word, and more
 * than 2, would have to change). */
void policy_suggest(const char *word, const json_t *names, char *ret, size_t size);

#endif
