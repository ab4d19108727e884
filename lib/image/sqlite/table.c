/* One table: its rows' values, one per line. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image/format.h"
#include "image/sqlite/sqlite.h"

#define BUFFER ((size_t)64 << 10)
/* Bytes of a value that is looked into. Below is nothing but digests and keys, some of which begin
 * like a container by chance. */
#define CONTAINER_MIN 65
#define COLUMNS_MAX ((size_t)4 << 20) /* bytes of names */

struct table {
    struct sqlite_walk *self;
    const char *name;
    struct assay_buf columns; /* names that are stored, one C string after the other */
    size_t n_columns;
    const char *rowid; /* the name that the row id can be read by, or NULL */
    sqlite3_stmt *rows;
    sqlite3_int64 last; /* row id; without one, rows up to now */
    bool any;           /* there is a last one */
    unsigned level;
    uint64_t offset; /* bytes handed over as the table's content */
    size_t used;
    uint8_t buffer[BUFFER];
};

struct value_content {
    struct content content;
    const uint8_t *data; /* NULL once it was lent */
};

static int value_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                      uint64_t *ret_offset, struct assay_error *err)
{
    struct value_content *value = (struct value_content *)content;

    (void)err;
    if (!value->data)
        return 0;
    *ret = value->data;
    *ret_len = (size_t)content->size;
    *ret_offset = 0;
    value->data = NULL;
    return 1;
}

/* A default that ALTER TABLE has added is part of every row, and stored once: rows can expand. */
static int check_ratio(struct table *table, size_t len)
{
    struct sqlite_walk *self = table->self;
    uint64_t ratio = self->walk->budget->ratio ? self->walk->budget->ratio : 1;

    self->out += len;
    if (self->out <= IMAGE_RATIO_FLOOR || self->out / ratio <= self->blocks->size)
        return 0;
    self->full = true;
    image_walk_unread(self->walk, table->name, UNREAD_BUDGET,
                      "the rows expand to more than %llu times the database's size",
                      (unsigned long long)ratio);
    return -EFBIG;
}

static int table_tell(struct table *table, const uint8_t *data, size_t len)
{
    int r = check_ratio(table, len);

    if (r == 0 && len)
        r = image_walk_bytes(table->self->walk, table->level, data, len, table->offset);
    table->offset += len;
    return r;
}

static int table_flush(struct table *table)
{
    size_t used = table->used;

    table->used = 0;
    return table_tell(table, table->buffer, used);
}

static int table_put(struct table *table, const void *data, size_t len)
{
    int r = 0;

    if (len > BUFFER - table->used)
        r = table_flush(table);
    if (r < 0)
        return r;
    if (len > BUFFER)
        return table_tell(table, data, len);
    if (len)
        memcpy(table->buffer + table->used, data, len);
    table->used += len;
    return 0;
}

/* The name of the column `index`. */
static const char *column_name(const struct table *table, size_t index)
{
    const char *name = (const char *)table->columns.data;

    while (index--)
        name += strlen(name) + 1;
    return name;
}

/* A container: an entry of its own, TABLE/ROWID/COLUMN. */
static int walk_container(struct table *table, size_t column, struct content *content)
{
    struct entry entry = {.type = ENTRY_FILE, .uid = -1, .gid = -1, .size = (int64_t)content->size};
    _cleanup_free_ char *path = NULL;
    int r = check_ratio(table, (size_t)content->size);

    if (r < 0)
        return r;
    if (asprintf(&path, "%s/%" PRId64 "/%s", table->name, (int64_t)table->last,
                 column_name(table, column)) < 0)
        return image_walk_damage(table->self->walk, NULL, -ENOMEM, NULL);
    entry.path = path;
    return image_walk_file(table->self->walk, &entry, content);
}

static int walk_value(struct table *table, size_t column, const uint8_t *data, size_t len)
{
    struct value_content value = {.content = {.size = len, .next = value_next}, .data = data};

    return walk_container(table, column, &value.content);
}

/* `data`: the first IMAGE_HEAD_SIZE bytes of the value at least. */
static bool is_container(const uint8_t *data, size_t len)
{
    struct image_head head = {
        .data = data, .len = len < IMAGE_HEAD_SIZE ? len : IMAGE_HEAD_SIZE, .size = len};

    return len >= CONTAINER_MIN && image_format_detect(&head, IMAGE_IN_ENTRY) != NULL;
}

/* Takes the value `column` of the row at hand. Returns 0, SQLITE_NOMEM, or below 0 what ends the
 * table. */
static int take_value(struct table *table, size_t column)
{
    sqlite3_stmt *rows = table->rows;
    int type = sqlite3_column_type(rows, (int)column), r = 0;
    const uint8_t *data = NULL;
    size_t len = 0;

    if (type != SQLITE_NULL) {
        data = type == SQLITE_BLOB ? sqlite3_column_blob(rows, (int)column)
                                   : sqlite3_column_text(rows, (int)column);
        len = (size_t)sqlite3_column_bytes(rows, (int)column);
        if (!data && sqlite3_errcode(sqlite3_db_handle(rows)) == SQLITE_NOMEM)
            return SQLITE_NOMEM;
        len = data ? len : 0;
    }
    if ((type == SQLITE_BLOB || type == SQLITE_TEXT) && is_container(data, len))
        r = walk_value(table, column, data, len);
    else
        r = table_put(table, data, len);
    return r < 0 ? r : table_put(table, "\n", 1);
}

static int take_row(struct table *table)
{
    int r = 0;

    table->last =
        table->rowid ? sqlite3_column_int64(table->rows, (int)table->n_columns) : table->last + 1;
    table->any = true;
    for (size_t i = 0; r == 0 && i < table->n_columns; i++)
        r = take_value(table, i);
    return r;
}

/* Names that stand for the row id unless a column has them (https://sqlite.org/rowidtable.html). */
static const char *rowid_name(const struct table *table)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        bool taken = false;

        for (size_t c = 0; c < table->n_columns && !taken; c++)
            taken = strcasecmp(column_name(table, c), names[i]) == 0;
        if (!taken)
            return names[i];
    }
    return NULL;
}

/* Notes the columns that are stored: generated ones would be computed. */
static int list_columns(struct table *table, bool rowid)
{
    char *sql = sqlite3_mprintf("PRAGMA main.table_xinfo(\"%w\")", table->name);
    sqlite3_stmt *statement = NULL;
    int code = sql ? sqlite3_prepare_v2(table->self->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;

    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 1);

        code = name ? SQLITE_OK : SQLITE_NOMEM;
        if (!name || sqlite3_column_int(statement, 6) != 0)
            continue;
        if (assay_buf_append(&table->columns, name, strlen(name) + 1) < 0)
            code = SQLITE_NOMEM;
        table->n_columns++;
    }
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    if (code != SQLITE_DONE)
        return code;
    if (table->n_columns == 0)
        return SQLITE_CORRUPT;
    /* The row id is one more column of the result. */
    if (rowid && (int)table->n_columns < sqlite3_limit(table->self->db, SQLITE_LIMIT_COLUMN, -1))
        table->rowid = rowid_name(table);
    return SQLITE_OK;
}

/* Reads the table itself, not an index that says the same. */
static int prepare_rows(struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(table->self->db);
    const char *column = (const char *)table->columns.data;
    char *text;
    int code;

    sqlite3_str_appendall(sql, "SELECT ");
    for (size_t i = 0; i < table->n_columns; i++) {
        sqlite3_str_appendf(sql, "%st.\"%w\"", i ? ", " : "", column);
        column += strlen(column) + 1;
    }
    if (table->rowid)
        sqlite3_str_appendf(sql, ", t.%s", table->rowid);
    sqlite3_str_appendf(sql, " FROM main.\"%w\" AS t NOT INDEXED", table->name);
    if (table->rowid)
        sqlite3_str_appendf(sql, " WHERE t.%s >= ?1", table->rowid);
    text = sqlite3_str_finish(sql);
    code = text ? sqlite3_prepare_v2(table->self->db, text, -1, &table->rows, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    if (code == SQLITE_OK && table->rowid)
        code = sqlite3_bind_int64(table->rows, 1, INT64_MIN);
    return code;
}

/* The first row id above the last one, that of a row which cannot be had as a whole. */
static int next_rowid(struct table *table)
{
    char *sql = sqlite3_mprintf("SELECT t.%s FROM main.\"%w\" AS t NOT INDEXED WHERE t.%s %s ?1",
                                table->rowid, table->name, table->rowid, table->any ? ">" : ">=");
    sqlite3_stmt *statement = NULL;
    int code = sql ? sqlite3_prepare_v2(table->self->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;

    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 1, table->any ? table->last : INT64_MIN);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        table->last = sqlite3_column_int64(statement, 0);
        table->any = true;
    }
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    return code == SQLITE_ROW ? SQLITE_OK : code == SQLITE_DONE ? SQLITE_CORRUPT : code;
}

/* A value too long to be held, piece by piece. */
struct long_content {
    struct content content;
    sqlite3_blob *blob;
    int at;
    uint8_t *buffer; /* IMAGE_HEAD_SIZE bytes */
};

static int long_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                     uint64_t *ret_offset, struct assay_error *err)
{
    struct long_content *self = (struct long_content *)content;
    int left = (int)content->size - self->at;
    int len = left < IMAGE_HEAD_SIZE ? left : IMAGE_HEAD_SIZE, code;

    if (!len)
        return 0;
    code = sqlite3_blob_read(self->blob, self->buffer, len, self->at);
    if (code != SQLITE_OK)
        return assay_error_set(err, EBADMSG, "the database is damaged: %s", sqlite3_errstr(code));
    *ret = self->buffer;
    *ret_len = (size_t)len;
    *ret_offset = (uint64_t)self->at;
    self->at += len;
    return 1;
}

/* Walks the value if it is a container. Returns 0, SQLite's code, or below 0 what ends the table.
 */
static int walk_long_container(struct table *table, size_t column, sqlite3_blob *blob,
                               bool *ret_container)
{
    _cleanup_free_ uint8_t *buffer = malloc(IMAGE_HEAD_SIZE);
    int size = sqlite3_blob_bytes(blob), code;
    struct long_content content = {
        .content = {.size = (uint64_t)size, .next = long_next}, .blob = blob, .buffer = buffer};

    *ret_container = false;
    if (!buffer)
        return SQLITE_NOMEM;
    code = sqlite3_blob_read(blob, buffer, size < IMAGE_HEAD_SIZE ? size : IMAGE_HEAD_SIZE, 0);
    if (code != SQLITE_OK)
        return code;
    *ret_container = is_container(buffer, (size_t)size);
    return *ret_container ? walk_container(table, column, &content.content) : 0;
}

/* A value too long to be held is read piece by piece, as it is stored. */
static int take_long_value(struct table *table, size_t column)
{
    sqlite3_blob *blob = NULL;
    bool container;
    int r, code = sqlite3_blob_open(table->self->db, "main", table->name,
                                    column_name(table, column), table->last, 0, &blob);

    if (code != SQLITE_OK) /* a number or NULL */
        return code == SQLITE_ERROR ? table_put(table, "\n", 1) : code;
    r = table_flush(table);
    if (r == 0)
        r = walk_long_container(table, column, blob, &container);
    for (int at = 0, size = sqlite3_blob_bytes(blob); r == 0 && !container && at < size;) {
        int len = size - at < (int)BUFFER ? size - at : (int)BUFFER;

        r = sqlite3_blob_read(blob, table->buffer, len, at);
        if (r == SQLITE_OK)
            r = table_tell(table, table->buffer, (size_t)len);
        at += len;
    }
    sqlite3_blob_close(blob);
    return r ? r : table_put(table, "\n", 1);
}

/* The row at which a value was too long; leaves the statement behind it. */
static int take_long_row(struct table *table)
{
    int r = table->rowid ? next_rowid(table) : SQLITE_TOOBIG;

    for (size_t i = 0; r == 0 && i < table->n_columns; i++)
        r = take_long_value(table, i);
    if (r != SQLITE_OK)
        return r;
    sqlite3_reset(table->rows);
    if (table->last == INT64_MAX)
        return SQLITE_DONE;
    sqlite3_bind_int64(table->rows, 1, table->last + 1);
    return SQLITE_OK;
}

static int table_rows(struct table *table)
{
    int code = SQLITE_OK;

    while (code == SQLITE_OK) {
        code = sqlite3_step(table->rows);
        if (code == SQLITE_ROW)
            code = take_row(table);
        else if (code == SQLITE_TOOBIG)
            code = take_long_row(table);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Reads it all; what cannot be read is reported, and what ends the walk is in walk->failed. */
static void table_read(struct table *table, bool rowid)
{
    int code = list_columns(table, rowid);

    if (code == SQLITE_OK)
        code = prepare_rows(table);
    if (code == SQLITE_OK)
        code = table_rows(table);
    if (code >= 0 && table_flush(table) < 0)
        return;
    if (code > 0)
        sqlite_walk_damage(table->self, table->name, code);
}

int sqlite_table_walk(struct sqlite_walk *self, const char *name, bool rowid)
{
    struct entry entry = {
        .path = *name ? name : "(unnamed)", .type = ENTRY_FILE, .uid = -1, .gid = -1, .size = -1};
    struct table *table = malloc(sizeof(*table));
    int r;

    if (!table)
        return image_walk_damage(self->walk, NULL, -ENOMEM, NULL);
    table->self = self;
    table->name = entry.path;
    table->columns = ASSAY_BUF(COLUMNS_MAX);
    table->n_columns = table->used = 0;
    table->rowid = NULL;
    table->rows = NULL;
    table->last = 0;
    table->any = false;
    table->offset = 0;
    r = image_walk_begin(self->walk, &entry, &table->level);
    if (r == 0) {
        table_read(table, rowid);
        r = self->walk->failed < 0 ? self->walk->failed : image_walk_done(self->walk);
    }
    sqlite3_finalize(table->rows);
    assay_buf_free(&table->columns);
    free(table);
    return r;
}
