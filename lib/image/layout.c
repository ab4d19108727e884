#include "image/layout.h"

#include <string.h>

void image_layout_begin(struct image_layout *layout, const struct image_format *holder)
{
    *layout = (struct image_layout){0};
    for (size_t i = 0; image_formats[i] && layout->n < IMAGE_LAYOUTS_MAX; i++)
        if (image_formats[i]->kind == IMAGE_LAYOUT &&
            strcmp(image_formats[i]->holder, holder->name) == 0)
            layout->rows[layout->n++] = image_formats[i];
}

void image_layout_member(struct image_layout *layout, const char *path)
{
    for (size_t i = 0; i < layout->n; i++)
        layout->seen[i] |= layout->rows[i]->member(path);
}

void image_layout_count(const struct image_layout *layout, struct image_walk *walk)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct image_format *row = layout->rows[i];

        if (layout->seen[i] == row->complete)
            walk->count = image_walk_count(walk, row->name);
        else if (layout->seen[i] && row->incomplete)
            image_walk_unread(walk, NULL, UNREAD_CORRUPT, "%s", row->incomplete);
    }
}
