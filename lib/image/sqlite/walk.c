#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/sqlite/sqlite.h"

struct table_list {
    struct assay_buf names; /* one C string after the other, each after 'r' (row ids) or 'w' */
    size_t n;
    bool more; /* than SQLITE_TABLES_MAX */
};

/* Takes a row of "PRAGMA table_list": schema, name, type, ncol, wr, strict. What views and virtual
 * tables show is stored in tables, which are listed themselves. */
static int take_table(struct table_list *list, sqlite3_stmt *row)
{
    const char *schema = (const char *)sqlite3_column_text(row, 0);
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const char *type = (const char *)sqlite3_column_text(row, 2);

    if (!schema || !name || !type)
        return SQLITE_NOMEM;
    if (strcmp(schema, "main") != 0 || (strcmp(type, "table") != 0 && strcmp(type, "shadow") != 0))
        return SQLITE_OK;
    if (list->n == SQLITE_TABLES_MAX) {
        list->more = true;
        return SQLITE_OK;
    }
    list->n++;
    return assay_buf_append(&list->names, sqlite3_column_int(row, 4) ? "w" : "r", 1) < 0 ||
                   assay_buf_append(&list->names, name, strlen(name) + 1) < 0
               ? SQLITE_NOMEM
               : SQLITE_OK;
}

static int list_tables(struct sqlite_walk *self, struct table_list *list)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(self->db, "PRAGMA main.table_list", -1, &statement, NULL);

    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        code = take_table(list, statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int walk_tables(struct sqlite_walk *self)
{
    struct table_list list = {.names = ASSAY_BUF((size_t)64 << 20)};
    int code = list_tables(self, &list), r = 0;

    if (code != SQLITE_OK)
        r = sqlite_walk_damage(self, NULL, code);
    for (size_t at = 0; r == 0 && !self->full && at < list.names.len;) {
        const char *name = (const char *)list.names.data + at;

        r = sqlite_table_walk(self, name + 1, *name == 'r');
        at += strlen(name) + 1;
    }
    if (r == 0 && list.more)
        image_walk_unread(self->walk, NULL, UNREAD_BUDGET, "a database of more than %d tables",
                          SQLITE_TABLES_MAX);
    assay_buf_free(&list.names);
    return r;
}

int image_sqlite_walk(struct image_walk *walk, struct blocks *blocks)
{
    struct sqlite_walk self = {.walk = walk, .blocks = blocks};
    int code = sqlite_walk_open(&self), r;

    r = code == SQLITE_OK ? walk_tables(&self) : sqlite_walk_damage(&self, NULL, code);
    sqlite_walk_close(&self);
    if (r == 0 && !walk->shown) /* deleted rows, free pages */
        r = image_walk_raw(walk, blocks, "(raw)", ENTRY_META, NULL);
    return r;
}
