#include <stdio.h>
#include <string.h>

#include "store/db.h"

static struct progress *find(struct store *store, int64_t build)
{
    for (size_t i = 0; i < DB_PROGRESS_PLACES; i++)
        if (store->progress[i].build == build)
            return &store->progress[i];
    return NULL;
}

void store_build_progress(struct store *store, int64_t id, const char *text, uint64_t done,
                          uint64_t total, uint64_t entries)
{
    struct progress *place;
    int64_t now = db_revision();

    pthread_mutex_lock(&store->progress_lock);
    place = find(store, id);
    if (!place)
        place = find(store, 0);
    if (place) {
        place->revision = place->build == id && place->revision >= now ? place->revision + 1 : now;
        place->build = id;
        place->done = done;
        place->total = total;
        place->entries = entries;
        snprintf(place->text, sizeof(place->text), "%s", text);
    }
    pthread_mutex_unlock(&store->progress_lock);
    db_changed(store, id);
}

void progress_clear(struct store *store, int64_t build)
{
    struct progress *place;

    pthread_mutex_lock(&store->progress_lock);
    place = find(store, build);
    if (place)
        memset(place, 0, sizeof(*place));
    pthread_mutex_unlock(&store->progress_lock);
}

bool progress_get(struct store *store, int64_t build, struct progress *ret)
{
    struct progress *place;

    pthread_mutex_lock(&store->progress_lock);
    place = find(store, build);
    if (place)
        *ret = *place;
    pthread_mutex_unlock(&store->progress_lock);
    return place != NULL;
}
