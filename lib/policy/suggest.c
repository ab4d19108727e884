#include "policy/suggest.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

static void consider(const char *word, const char *name, size_t *best, char *ret, size_t size)
{
    size_t edits = nearest_edits(word, name);

    if (edits < *best) {
        *best = edits;
        snprintf(ret, size, "%s", name);
    }
}

void policy_suggest(const char *word, const json_t *names, char *ret, size_t size)
{
    size_t len = strlen(word);
    size_t best = (len / 3 > 2 ? len / 3 : 2) + 1;
    const char *name;
    json_t *unused;

    ret[0] = '\0';
    json_object_foreach((json_t *)(uintptr_t)names, name, unused)
    {
        char family[NEAREST_LENGTH + 3];

        consider(word, name, &best, ret, size);
        snprintf(family, sizeof(family), "%.*s.*", (int)strcspn(name, "."), name);
        consider(word, family, &best, ret, size);
    }
}
