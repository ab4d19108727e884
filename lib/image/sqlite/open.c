/* A connection on which a database can do no more than be read. */
#include <assay/clock.h>
#include <errno.h>
#include <string.h>

#include "image/format.h"
#include "image/sqlite/sqlite.h"

#define PROGRESS_OPS 100000 /* steps of SQLite's machine between two looks at the clock */

static int check_clock(void *ctx)
{
    struct sqlite_walk *self = ctx;

    if (self->walk->failed == 0 && assay_clock_ms() > self->walk->deadline)
        image_walk_stop(self->walk, NULL, "the time for the audit is used up");
    return self->walk->failed < 0;
}

/* Reading columns of tables is all that is allowed; `within` is the view or trigger that wants it.
 */
static int authorize(void *ctx, int action, const char *first, const char *second,
                     const char *database, const char *within)
{
    (void)ctx;
    (void)second;
    (void)database;
    if (within)
        return SQLITE_DENY;
    if (action == SQLITE_SELECT || action == SQLITE_READ)
        return SQLITE_OK;
    if (action == SQLITE_PRAGMA && first &&
        (strcmp(first, "table_list") == 0 || strcmp(first, "table_xinfo") == 0))
        return SQLITE_OK;
    return SQLITE_DENY;
}

static int compare_bytes(void *ctx, int a_len, const void *a, int b_len, const void *b)
{
    int r = memcmp(a, b, (size_t)(a_len < b_len ? a_len : b_len));

    (void)ctx;
    return r ? r : a_len - b_len;
}

/* A collation of the program that made the database: needed to open a WITHOUT ROWID table, and
 * never asked for an order. */
static void invent_collation(void *ctx, sqlite3 *db, int encoding, const char *name)
{
    (void)ctx;
    (void)encoding;
    sqlite3_create_collation_v2(db, name, SQLITE_UTF8, NULL, compare_bytes, NULL);
}

static int restrict_connection(struct sqlite_walk *self)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},     {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 0},     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, SQLITE_VALUE_MAX},
        {SQLITE_LIMIT_SQL_LENGTH, SQLITE_STATEMENT_MAX},
        {SQLITE_LIMIT_EXPR_DEPTH, 200},
        {SQLITE_LIMIT_COMPOUND_SELECT, 2},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    int code = SQLITE_OK;

    for (size_t i = 0; code == SQLITE_OK && i < sizeof(options) / sizeof(*options); i++)
        code = sqlite3_db_config(self->db, options[i].option, options[i].value, NULL);
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
        sqlite3_limit(self->db, limits[i].limit, limits[i].value);
    if (code == SQLITE_OK)
        code = sqlite3_drop_modules(self->db, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(self->db, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_collation_needed(self->db, NULL, invent_collation);
    sqlite3_progress_handler(self->db, PROGRESS_OPS, check_clock, self);
    if (code == SQLITE_OK)
        code = sqlite3_set_authorizer(self->db, authorize, NULL);
    return code;
}

/* Bytes the database takes by its header (fileformat2, 1.3), at least those that are there. */
static int claimed_size(struct sqlite_walk *self, uint64_t *ret)
{
    uint8_t header[SQLITE_HEADER_SIZE];
    uint64_t page, claimed;
    int r = blocks_read(self->blocks, header, sizeof(header), 0, &self->vfs.err);

    if (r < 0)
        return r;
    page = (uint64_t)header[16] << 8 | header[17];
    claimed = (page == 1 ? 65536 : page) * image_be32(header + 28);
    /* The count is right only where it was written together with the change counter. */
    if (memcmp(header + 24, header + 92, 4) != 0)
        claimed = 0;
    *ret = claimed > self->blocks->size ? claimed : self->blocks->size;
    return 0;
}

int sqlite_walk_open(struct sqlite_walk *self)
{
    uint64_t size;
    int code, r;

    self->heap_before = sqlite3_hard_heap_limit64(SQLITE_MEMORY_MAX);
    r = claimed_size(self, &size);
    if (r < 0) {
        self->vfs.failed = r;
        return SQLITE_IOERR;
    }
    if (size > self->blocks->size)
        image_walk_unread(self->walk, NULL, UNREAD_CORRUPT,
                          "the database is cut off: %llu of %llu bytes are there",
                          (unsigned long long)self->blocks->size, (unsigned long long)size);
    if (sqlite_vfs_register(&self->vfs, self->blocks, size) < 0)
        return SQLITE_NOMEM;
    code = sqlite3_open_v2("artifact", &self->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                           self->vfs.name);
    return code == SQLITE_OK ? restrict_connection(self) : code;
}

void sqlite_walk_close(struct sqlite_walk *self)
{
    sqlite3_close_v2(self->db);
    sqlite_vfs_unregister(&self->vfs);
    sqlite3_hard_heap_limit64(self->heap_before);
}

int sqlite_walk_damage(struct sqlite_walk *self, const char *path, int code)
{
    struct image_walk *walk = self->walk;

    code &= 0xff; /* without what extended codes add */
    if (walk->failed < 0)
        return walk->failed;
    if (self->vfs.failed < 0)
        return image_walk_damage(walk, path, self->vfs.failed, &self->vfs.err);
    if (code == SQLITE_NOMEM)
        image_walk_unread(walk, path, UNREAD_BUDGET,
                          "the database needs more than %lld MiB of memory",
                          (long long)(SQLITE_MEMORY_MAX >> 20));
    else if (code == SQLITE_TOOBIG)
        image_walk_unread(walk, path, UNREAD_BUDGET, "a value of more than %d MiB",
                          SQLITE_VALUE_MAX >> 20);
    else /* SQLite's longer text cites the database */
        image_walk_unread(walk, path, UNREAD_CORRUPT, "the database is damaged: %s",
                          sqlite3_errstr(code));
    return 0;
}
