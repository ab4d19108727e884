/* SQLite databases by libsqlite3, read from blocks. The schema is as foreign as the rest: nothing
 * that it says is run (views, triggers, virtual tables, generated columns, functions). The file
 * format: https://sqlite.org/fileformat2.html; on schemas that are not to be trusted:
 * https://sqlite.org/security.html */
#ifndef ASSAY_IMAGE_SQLITE_SQLITE_H
#define ASSAY_IMAGE_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "image/walk.h"

#define SQLITE_HEADER_SIZE 100
#define SQLITE_VALUE_MAX (32 << 20)            /* bytes of one value held in memory */
#define SQLITE_MEMORY_MAX (INT64_C(192) << 20) /* bytes all databases at hand may take */
#define SQLITE_STATEMENT_MAX (4 << 20)         /* bytes of one CREATE */
#define SQLITE_TABLES_MAX 100000

/* A file system of one file for SQLite. */
struct sqlite_vfs {
    sqlite3_vfs vfs;
    char name[40];
    struct blocks *blocks;
    uint64_t size; /* bytes the database claims, zeros where `blocks` ends before that */
    int failed;    /* the error of reading `blocks` */
    struct assay_error err;
};

/* Registers it under a name of its own; `blocks` outlives it. Returns 0 or -ENOMEM. It stays where
 * it is until sqlite_vfs_unregister(), which comes after the database's end. */
int sqlite_vfs_register(struct sqlite_vfs *vfs, struct blocks *blocks, uint64_t size);
void sqlite_vfs_unregister(struct sqlite_vfs *vfs);

struct sqlite_walk {
    struct image_walk *walk;
    struct blocks *blocks;
    struct sqlite_vfs vfs;
    sqlite3 *db;
    sqlite3_int64 heap_before; /* the process's limit before */
    uint64_t out;              /* bytes of values handed over */
    bool full;                 /* they are too many for the database's size */
};

/* Opens `self->blocks`. Returns 0 or SQLite's code; sqlite_walk_close() either way. */
int sqlite_walk_open(struct sqlite_walk *self);
void sqlite_walk_close(struct sqlite_walk *self);

/* Takes SQLite's `code`, met at `path` (NULL: the database): reported, or what ends the walk. */
int sqlite_walk_damage(struct sqlite_walk *self, const char *path, int code);

/* Hands over the rows of the table `name` as one entry. `rowid`: it has row ids. Returns 0 or what
 * ends the walk. */
int sqlite_table_walk(struct sqlite_walk *self, const char *name, bool rowid);

/* Walks a database: the format table's function. */
int image_sqlite_walk(struct image_walk *walk, struct blocks *blocks);

#endif
