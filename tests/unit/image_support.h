/* What the tests of lib/image share: a folder to work in, a visitor that keeps everything, and
 * trees to compare with. */
#ifndef ASSAY_TEST_IMAGE_SUPPORT_H
#define ASSAY_TEST_IMAGE_SUPPORT_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <assay/digest.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "image/image.h"

#define RECORDS_MAX 20000
#define OPEN_MAX 64
#define NEEDLE "needle-in-a-haystack"

struct record {
    char *where, *link;
    enum entry_type type;
    enum entry_in in;
    uint32_t mode;
    int64_t uid, size;
    size_t n_xattrs;
    char *xattr;         /* name=value of the first */
    uint64_t bytes, end; /* handed over; end of the last piece */
    char sha256[65];     /* holes filled with zeros up to `size` */
    char head[64];       /* the first bytes handed over */
    bool needle;         /* one piece handed over holds NEEDLE */
    bool done;
};

struct unread {
    char *where, *detail;
    enum unread_reason reason;
};

struct raw {
    char *where;
    const char *format;
    uint64_t bytes;
};

struct seen {
    struct record records[RECORDS_MAX];
    size_t n;
    struct unread unread[RECORDS_MAX];
    size_t n_unread;
    struct raw raw[64];
    size_t n_raw;
    size_t open[OPEN_MAX];
    struct assay_digest *digests[OPEN_MAX];
    unsigned depth;
    int fail_after; /* entries after which the visitor says -EPIPE; 0: never */
    struct image_result result;
    struct assay_error err;
};

static char folder[64];
static char artifact_path[128];

/* Runs a shell command in the test's folder; it must succeed. */
static inline void __attribute__((format(printf, 1, 2))) sh(const char *format, ...)
{
    char text[8192], *command;
    va_list args;
    int status;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ck_assert_int_ge(asprintf(&command,
                              "cd %s && export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8 "
                              "MTOOLS_SKIP_CHECK=1 && set -e && { %s\n} >log 2>&1",
                              folder, text),
                     0);
    status = system(command);
    if (status != 0) {
        char *cat;

        ck_assert_int_ge(asprintf(&cat, "cat %s/log", folder), 0);
        ck_assert_int_ge(system(cat), 0);
        free(cat);
    }
    ck_assert_msg(status == 0, "failed: %s", text);
    free(command);
}

/* Writes the needle into the artifact at `at`, a shell expression of bytes. */
static inline void plant(const char *at)
{
    sh("printf " NEEDLE " | dd of=artifact bs=1 seek=$((%s)) conv=notrunc", at);
}

static inline void set_up(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    strcpy(folder, "/tmp/assay-image-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline void tear_down(void)
{
    ck_assert_int_eq(assay_fs_remove_tree(folder, NULL), 0);
}

static inline int on_entry(void *ctx, const struct entry *entry)
{
    struct seen *seen = ctx;
    struct record *record = &seen->records[seen->n];
    char where[16384];

    ck_assert_uint_lt(seen->n, RECORDS_MAX);
    if (seen->fail_after && seen->n >= (size_t)seen->fail_after)
        return -EPIPE;
    image_where(entry->container, entry->path, where, sizeof(where));
    *record = (struct record){.where = strdup(where),
                              .link = entry->link ? strdup(entry->link) : NULL,
                              .type = entry->type,
                              .in = entry->in,
                              .mode = entry->mode,
                              .uid = entry->uid,
                              .size = entry->size,
                              .n_xattrs = entry->n_xattrs};
    if (entry->n_xattrs)
        ck_assert_int_ge(asprintf(&record->xattr, "%s=%.*s", entry->xattrs[0].name,
                                  (int)entry->xattrs[0].value_len,
                                  (const char *)entry->xattrs[0].value),
                         0);
    if (entry->type == ENTRY_FILE || entry->type == ENTRY_FREE || entry->type == ENTRY_META) {
        ck_assert_uint_lt(seen->depth, OPEN_MAX);
        seen->digests[seen->depth] = assay_digest_new(ASSAY_SHA256);
        seen->open[seen->depth++] = seen->n;
    }
    seen->n++;
    return 0;
}

static inline void add_zeros(struct assay_digest *digest, uint64_t n)
{
    static const uint8_t zeros[65536];

    while (n) {
        size_t len = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

        assay_digest_update(digest, zeros, len);
        n -= len;
    }
}

static inline int on_bytes(void *ctx, unsigned level, const uint8_t *data, size_t len,
                           uint64_t offset)
{
    struct seen *seen = ctx;
    struct record *record;

    ck_assert_uint_lt(level, seen->depth);
    ck_assert_uint_gt(len, 0);
    record = &seen->records[seen->open[level]];
    ck_assert_uint_ge(offset, record->end);
    if (record->type == ENTRY_FILE && offset - record->end < UINT64_C(1) << 32)
        add_zeros(seen->digests[level], offset - record->end);
    assay_digest_update(seen->digests[level], data, len);
    if (!record->bytes)
        memcpy(record->head, data, len < sizeof(record->head) - 1 ? len : sizeof(record->head) - 1);
    record->needle |= memmem(data, len, NEEDLE, strlen(NEEDLE)) != NULL;
    record->bytes += len;
    record->end = offset + len;
    return 0;
}

static inline int on_done(void *ctx)
{
    struct seen *seen = ctx;
    uint8_t digest[ASSAY_SHA256_SIZE];
    struct record *record;

    ck_assert_uint_gt(seen->depth, 0);
    record = &seen->records[seen->open[--seen->depth]];
    if (record->type == ENTRY_FILE && record->size > 0 && (uint64_t)record->size > record->end &&
        record->size < INT64_C(1) << 32)
        add_zeros(seen->digests[seen->depth], (uint64_t)record->size - record->end);
    assay_digest_final(seen->digests[seen->depth], digest);
    assay_digest_free(seen->digests[seen->depth]);
    assay_hex_encode(digest, sizeof(digest), record->sha256);
    record->done = true;
    return 0;
}

static inline void on_unread(void *ctx, const char *where, enum unread_reason reason,
                             const char *detail)
{
    struct seen *seen = ctx;

    ck_assert_uint_lt(seen->n_unread, RECORDS_MAX);
    seen->unread[seen->n_unread++] = (struct unread){strdup(where), strdup(detail), reason};
}

static inline void on_raw(void *ctx, const char *where, const char *format, uint64_t bytes)
{
    struct seen *seen = ctx;

    ck_assert_uint_gt(bytes, 0);
    ck_assert_uint_lt(seen->n_raw, sizeof(seen->raw) / sizeof(*seen->raw));
    seen->raw[seen->n_raw++] = (struct raw){strdup(where), format, bytes};
}

static const struct image_visitor keep_all = {on_entry, on_bytes, on_done, on_unread, on_raw};

static inline int host_spool(void *ctx, int *ret_fd, struct assay_error *err)
{
    (void)ctx;
    *ret_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *ret_fd < 0 ? assay_error_set(err, errno, "no spool file") : 0;
}

/* qemu-nbd on a disk, its socket handed to it as a service manager would. */
static inline int host_nbd(void *ctx, int disk, const char *format, int *ret_socket,
                           struct assay_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t pid;

    (void)ctx;
    (void)err;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/nbd", folder);
    unlink(address.sun_path);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    pid = fork();
    if (pid == 0) {
        char listen_pid[32];

        /* Nothing here takes memory: a thread of the parent may have held the allocator's lock. */
        snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%d", getpid());
        dup2(disk, 100);
        dup2(listener, 3);
        execle("/usr/bin/qemu-nbd", "qemu-nbd", "--read-only", "-f", format, "/proc/self/fd/100",
               NULL, (const char *[]){listen_pid, "LISTEN_FDS=1", NULL});
        _exit(127);
    }
    *ret_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(*ret_socket, (struct sockaddr *)&address, sizeof(address)), 0);
    close(listener);
    return 0;
}

static const struct image_host full_host = {.open_nbd = host_nbd, .open_spool = host_spool};

static inline void forget(struct seen *seen)
{
    while (seen->depth)
        assay_digest_free(seen->digests[--seen->depth]);
    for (size_t i = 0; i < seen->n; i++) {
        free(seen->records[i].where);
        free(seen->records[i].link);
        free(seen->records[i].xattr);
    }
    for (size_t i = 0; i < seen->n_unread; i++) {
        free(seen->unread[i].where);
        free(seen->unread[i].detail);
    }
    for (size_t i = 0; i < seen->n_raw; i++)
        free(seen->raw[i].where);
    memset(seen, 0, sizeof(*seen));
}

/* Walks `name` in the folder. */
static inline int walk_with(struct seen *seen, const char *name, const struct image_budget *budget)
{
    int fd, r;

    forget(seen);
    snprintf(artifact_path, sizeof(artifact_path), "%s/%s", folder, name);
    fd = open(artifact_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    r = image_walk(fd, budget, &keep_all, seen, &full_host, &seen->result, &seen->err);
    if (r == 0) {
        char sha256[65];

        ck_assert_int_eq(assay_digest_file(fd, sha256, NULL, NULL, NULL), 0);
        ck_assert_str_eq(seen->result.sha256, sha256);
    }
    close(fd);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return r;
}

static inline void walk_whole(struct seen *seen, const char *name)
{
    int r = walk_with(seen, name, &image_budget_default);

    ck_assert_msg(r == 0, "%s: %s", name, seen->err.text);
    ck_assert_uint_eq(seen->depth, 0);
}

static inline struct record *find(struct seen *seen, const char *where)
{
    for (size_t i = 0; i < seen->n; i++)
        if (strcmp(seen->records[i].where, where) == 0)
            return &seen->records[i];
    return NULL;
}

static inline struct unread *find_unread(struct seen *seen, const char *where,
                                         enum unread_reason reason)
{
    for (size_t i = 0; i < seen->n_unread; i++)
        if (strcmp(seen->unread[i].where, where) == 0 && seen->unread[i].reason == reason)
            return &seen->unread[i];
    return NULL;
}

static inline void nothing_unread(struct seen *seen)
{
    for (size_t i = 0; i < seen->n_unread; i++)
        ck_abort_msg("unread: %s: %s", seen->unread[i].where, seen->unread[i].detail);
}

/* A tree of everything that file systems hold, under tree/. */
static inline void make_tree(void)
{
    char path[128];

    sh("mkdir -p tree/etc tree/home/j\xc3\xb6rg/$(printf 'd%%.0s' $(seq 200)) tree/data "
       "tree/empty\n"
       "cd tree; printf 'wsl\\n' >etc/wsl.conf; : >etc/nothing; ln -s wsl.conf etc/link\n"
       "ln -s $(printf '/a-long-target%%.0s' $(seq 20)) etc/longlink\n"
       "printf secret >home/j\xc3\xb6rg/notes; (cd home/*/d*; printf deep >deep)\n"
       "head -c 1200001 /dev/urandom >data/big; ln data/big data/big2; mkfifo data/fifo\n"
       "truncate -s 6M data/sparse; python3 -c 'import os\n"
       "file = os.open(\"data/sparse\", os.O_WRONLY)\n"
       "for i in range(40): os.pwrite(file, b\"piece%%d\" %% i, i * 150000 + 7)'\n"
       "truncate -s 3M data/hole; chmod 4750 etc/wsl.conf\n"
       "i=0; while [ $i -lt 300 ]; do echo $i >data/f$i; i=$((i + 1)); done");
    snprintf(path, sizeof(path), "%s/tree/etc/wsl.conf", folder);
    ck_assert_int_eq(setxattr(path, "user.note", "kept", 4, 0), 0);
}

static struct seen *compared;
static const char *compared_prefix;
static size_t compared_root, compared_files;

static inline int compare_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    char where[8192], sha256[65], target[4096];
    struct record *record;
    int fd;

    (void)flag;
    (void)ftw;
    if (strlen(path) <= compared_root)
        return 0;
    snprintf(where, sizeof(where), "%s%s", compared_prefix, path + compared_root + 1);
    record = find(compared, where);
    ck_assert_msg(record != NULL, "not found: %s", where);
    compared_files++;
    if (S_ISDIR(st->st_mode)) {
        ck_assert_int_eq(record->type, ENTRY_DIR);
    } else if (S_ISLNK(st->st_mode)) {
        ssize_t n = readlink(path, target, sizeof(target) - 1);

        ck_assert_int_ge(n, 0);
        target[n] = 0;
        ck_assert_int_eq(record->type, ENTRY_SYMLINK);
        ck_assert_str_eq(record->link, target);
    } else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
        ck_assert_int_eq(record->type, ENTRY_DEVICE);
    } else if (S_ISFIFO(st->st_mode)) {
        ck_assert_int_eq(record->type, ENTRY_FIFO);
    } else if (record->type == ENTRY_HARDLINK) {
        ck_assert_uint_gt(st->st_nlink, 1);
        ck_assert_ptr_nonnull(record->link);
    } else {
        ck_assert_int_eq(record->type, ENTRY_FILE);
        fd = open(path, O_RDONLY);
        ck_assert_int_eq(assay_digest_file(fd, sha256, NULL, NULL, NULL), 0);
        close(fd);
        ck_assert_msg(record->done && strcmp(record->sha256, sha256) == 0, "differs: %s", where);
    }
    return 0;
}

/* Every path of tree/ was seen below `prefix`, with its content. */
static inline void compare_files(struct seen *seen, const char *prefix)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/tree", folder);
    compared = seen;
    compared_prefix = prefix;
    compared_root = strlen(path);
    compared_files = 0;
    ck_assert_int_eq(nftw(path, compare_one, 64, FTW_PHYS), 0);
}

/* The same, and nothing else but `more` entries. */
static inline void compare_tree(struct seen *seen, const char *prefix, size_t more)
{
    size_t below = 0;

    compare_files(seen, prefix);
    for (size_t i = 0; i < seen->n; i++)
        below += strncmp(seen->records[i].where, prefix, strlen(prefix)) == 0;
    ck_assert_uint_eq(below, compared_files + more);
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
