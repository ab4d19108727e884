#include "scan/expressions.h"

#include <errno.h>

#include "scan/stream.h"

#define EXPRESSION_MAX (256u << 10) /* bytes of one identity's expression */

void expressions_clear(struct expressions *all)
{
    for (size_t i = all->n_rules; all->texts && i < all->n; i++)
        free((void *)(uintptr_t)all->texts[i]);
    free(all->texts);
    free(all->flags);
    free(all->ids);
}

int expressions_make(const struct scan_engine *engine, struct expressions *all)
{
    size_t n = engine->n_rules + engine->n_identities;

    all->texts = calloc(n, sizeof(*all->texts));
    all->flags = calloc(n, sizeof(*all->flags));
    all->ids = calloc(n, sizeof(*all->ids));
    if (!all->texts || !all->flags || !all->ids)
        return -ENOMEM;
    all->n_rules = engine->n_rules;
    for (all->n = 0; all->n < n; all->n++) {
        size_t i = all->n;
        struct assay_buf text = ASSAY_BUF(EXPRESSION_MAX);

        all->ids[i] = (unsigned)i;
        if (i < engine->n_rules) {
            all->texts[i] = engine->rules[i].expression;
            all->flags[i] = engine->rules[i].flags;
            continue;
        }
        all->flags[i] = HS_FLAG_CASELESS;
        if (identity_expression(&engine->identities[i - engine->n_rules], &text) < 0) {
            assay_buf_free(&text);
            return -ENOMEM;
        }
        all->texts[i] = assay_buf_take(&text);
    }
    return 0;
}
