/* The relay between the walk and the visitor: everything arrives, in order, on another thread. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/relay.h"
#include "suite.h"

#define LOG_MAX ((size_t)64 << 20)

/* What a visitor was shown, written down; bytes that follow one another as one. */
struct record {
    char *text;
    size_t len;
    unsigned level;  /* of the bytes written last, when they go on at */
    uint64_t offset; /* this one */
    bool bytes;
    pthread_t thread;
    unsigned calls, fail_at; /* the call that fails, from 1; 0: none */
};

static struct record direct, relayed;
static struct relay *relay;

static int note(struct record *record, const void *data, size_t len)
{
    ck_assert_uint_le(record->len + len, LOG_MAX);
    if (len > 0)
        memcpy(record->text + record->len, data, len);
    record->len += len;
    return 0;
}

static int begin(struct record *record)
{
    record->thread = pthread_self();
    return ++record->calls == record->fail_at ? -EPERM : 0;
}

__attribute__((format(printf, 2, 3))) static int note_text(struct record *record,
                                                           const char *format, ...)
{
    char line[512];
    va_list list;
    int n;

    record->bytes = false;
    va_start(list, format);
    n = vsnprintf(line, sizeof(line), format, list);
    va_end(list);
    note(record, line, (size_t)n);
    return 0;
}

static int on_entry(void *ctx, const struct entry *entry)
{
    struct record *record = ctx;
    const char *texts[] = {entry->container, entry->path, entry->link, entry->uname, entry->gname};
    int r = begin(record);

    note_text(record, "entry %d %d %o %lld\n", entry->type, entry->in, entry->mode,
              (long long)entry->size);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        texts[i] ? note(record, texts[i], strlen(texts[i]) + 1) : note(record, "-", 1);
    for (size_t i = 0; i < entry->n_xattrs; i++) {
        note_text(record, "xattr %s ", entry->xattrs[i].name);
        note(record, entry->xattrs[i].value, entry->xattrs[i].value_len);
    }
    return r;
}

static int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len, uint64_t offset)
{
    struct record *record = ctx;
    int r = begin(record);

    if (!record->bytes || record->level != level || record->offset != offset)
        note_text(record, "bytes %u at %llu: ", level, (unsigned long long)offset);
    note(record, data, len);
    record->bytes = true;
    record->level = level;
    record->offset = offset + len;
    return r;
}

static int on_done(void *ctx)
{
    int r = begin(ctx);

    note_text(ctx, "done\n");
    return r;
}

static void on_unread(void *ctx, const char *where, enum unread_reason reason, const char *detail)
{
    begin(ctx);
    note_text(ctx, "unread %zu %d %zu\n", strlen(where), reason, detail ? strlen(detail) : 0);
}

static void on_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    begin(ctx);
    note_text(ctx, "raw %s %s %llu\n", where, format, (unsigned long long)bytes);
}

static const struct image_visitor visitor = {
    .entry = on_entry, .bytes = on_bytes, .done = on_done, .unread = on_unread, .raw = on_raw};

static void set_up(void)
{
    direct = relayed = (struct record){0};
    direct.text = malloc(LOG_MAX);
    relayed.text = malloc(LOG_MAX);
    ck_assert(direct.text && relayed.text);
    ck_assert_int_eq(relay_new(&visitor, &relayed, &relay), 0);
}

static void tear_down(void)
{
    relay = relay_free(relay);
    free(direct.text);
    free(relayed.text);
}

static void check_same(void)
{
    ck_assert_int_eq(relay_drain(relay), 0);
    ck_assert_uint_eq(relayed.len, direct.len);
    ck_assert_int_eq(memcmp(relayed.text, direct.text, direct.len), 0);
}

/* The same to both. What was lent is overwritten at once, as a walk does. */
static void show_entry(const struct entry *entry)
{
    char path[256];
    struct entry copy = *entry;

    snprintf(path, sizeof(path), "%s", entry->path);
    copy.path = path;
    on_entry(&direct, &copy);
    ck_assert_int_eq(relay_visitor.entry(relay, &copy), 0);
    memset(path, '#', sizeof(path));
}

static void show_bytes(unsigned level, size_t len, uint64_t offset)
{
    uint8_t *data = malloc(len + 1);

    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)random();
    on_bytes(&direct, level, data, len, offset);
    ck_assert_int_eq(relay_visitor.bytes(relay, level, data, len, offset), 0);
    memset(data, '#', len);
    free(data);
}

START_TEST(everything_arrives_in_order)
{
    static const struct entry_xattr xattrs[] = {{"user.a", (const uint8_t *)"\0b", 2},
                                                {"user.empty", NULL, 0}};
    struct entry entry = {.container = "a.tar", .path = "dir/file", .size = -1};

    srandom(1);
    for (int i = 0; i < 300; i++) {
        entry.mode = (uint32_t)i;
        entry.uname = i % 2 ? "root" : NULL;
        entry.xattrs = xattrs;
        entry.n_xattrs = (size_t)i % 3;
        show_entry(&entry);
        for (uint64_t at = 0, n = (uint64_t)random() % 4; n > 0; n--) {
            size_t len = (size_t)random() % (i % 10 ? 3000 : 700000);

            show_bytes((unsigned)i % 3, len, at);
            at += len + (uint64_t)(n % 2); /* a hole now and then */
        }
        on_done(&direct);
        ck_assert_int_eq(relay_visitor.done(relay), 0);
        on_unread(&direct, "where", UNREAD_CORRUPT, i % 2 ? "why" : NULL);
        relay_visitor.unread(relay, "where", UNREAD_CORRUPT, i % 2 ? "why" : NULL);
        on_raw(&direct, "p1", "xfs", (uint64_t)i);
        relay_visitor.raw(relay, "p1", "xfs", (uint64_t)i);
        if (i % 50 == 0)
            check_same();
    }
    check_same();
    ck_assert(!pthread_equal(relayed.thread, pthread_self()));
}
END_TEST

/* More than the relay holds at once is shown without a copy, in its turn. */
START_TEST(what_is_too_large_to_copy_arrives_in_its_turn)
{
    size_t len = (size_t)3 << 20;
    uint8_t *value = calloc(1, len);
    char *where = malloc(len);
    const struct entry_xattr xattr = {"user.large", value, len};
    struct entry entry = {.container = "", .path = "file", .xattrs = &xattr, .n_xattrs = 1};

    memset(where, 'w', len);
    where[len - 1] = 0;
    for (int i = 0; i < 3; i++) {
        show_bytes(0, 1000, 0);
        show_entry(&entry);
        on_unread(&direct, where, UNREAD_CORRUPT, "too long a name");
        relay_visitor.unread(relay, where, UNREAD_CORRUPT, "too long a name");
    }
    check_same();
    free(where);
    free(value);
}
END_TEST

START_TEST(the_first_error_comes_back_and_ends_the_calls)
{
    const struct entry entry = {.container = "", .path = "file"};
    int r = 0;

    relayed.fail_at = 5;
    for (int i = 0; i < 1000000 && r == 0; i++)
        r = relay_visitor.entry(relay, &entry);
    ck_assert_int_eq(r, -EPERM);
    ck_assert_int_eq(relay_visitor.done(relay), -EPERM);
    ck_assert_int_eq(relay_drain(relay), -EPERM);
    ck_assert_uint_eq(relayed.calls, 5);
}
END_TEST

START_TEST(nothing_is_lost_when_it_ends)
{
    const struct entry entry = {.container = "", .path = "file"};

    ck_assert_int_eq(relay_visitor.entry(relay, &entry), 0);
    relay = relay_free(relay);
    ck_assert_uint_eq(relayed.calls, 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        everything_arrives_in_order, what_is_too_large_to_copy_arrives_in_its_turn,
        the_first_error_comes_back_and_ends_the_calls, nothing_is_lost_when_it_ends, NULL};

    return suite_run("relay", tests, set_up, tear_down);
}
