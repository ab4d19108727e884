/* How many builds and releases there are. */
#include "store/db.h"

int store_counts(struct store *store, struct store_counts *ret, struct assay_error *err)
{
    static const char doing[] = "count the builds and releases";
    _cleanup_stmt_ sqlite3_stmt *builds = NULL, *releases = NULL;
    struct store_counts counts = {0};
    enum build_state state;
    int r;

    DB_LOCKED(store);
    r = db_prepare(store, &builds, doing, err, "SELECT state, COUNT(*) FROM builds GROUP BY state",
                   "");
    while (r >= 0 && (r = db_step(store, builds, doing, err)) == 1)
        if (build_state_parse(db_text(builds, 0), &state) == 0)
            counts.builds[state] = sqlite3_column_int64(builds, 1);
    if (r == 0)
        r = db_prepare(store, &releases, doing, err, "SELECT COUNT(*) FROM releases", "");
    if (r == 0)
        r = db_step(store, releases, doing, err);
    if (r < 0)
        return r;
    counts.releases = sqlite3_column_int64(releases, 0);
    *ret = counts;
    return 0;
}
