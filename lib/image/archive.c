/* Containers by libarchive: entries one after the other, content lent from the stream's own
 * blocks. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/layout.h"
#include "image/margin.h"

#define XATTRS_MAX 256
#define RETRIES_MAX 64 /* damaged headers that are skipped in one container */
#define READ_BLOCK ((size_t)256 << 10)

struct archive_walk {
    struct image_walk *walk;
    const struct image_format *format;
    struct archive *archive;
    struct stream *in; /* one of these two */
    struct blocks *blocks;
    const uint8_t *block; /* lent last */
    size_t block_len;
    uint64_t lent; /* bytes; for blocks, the place read next */
    uint64_t made; /* bytes of content */
    bool bomb;     /* that is too much for what it was made of */
    uint8_t *buffer;
    struct image_layout layout;
    struct image_margin margin; /* of a stream */
    const char *path;           /* of the entry that is open, or NULL */
    bool encrypted;             /* it is, which has been reported */
    uint64_t header;            /* what was lent when libarchive began to look for the next entry */
    bool opened;                /* libarchive took the data for the format */
    bool ended;                 /* it was read to its end without damage that stopped it */
    int in_failed;              /* the input's own error */
    struct assay_error in_err;
};

struct archive_content {
    struct content content;
    struct archive_walk *self;
    uint64_t end;      /* of what was lent up to now */
    uint64_t promised; /* where the last of it ends, 0 when that is not known */
};

static la_ssize_t read_stream(struct archive *archive, void *ctx, const void **ret)
{
    struct archive_walk *self = ctx;
    int r;

    /* The block at hand goes: what of it was not content so far will not be any more. */
    image_margin_take(&self->margin, self->lent, self->block, self->block_len,
                      self->lent - self->block_len);
    if (!self->path && image_margin_tell(&self->margin, false) < 0)
        return -1;
    if (self->format->header_max && !self->path &&
        self->lent - self->header > self->format->header_max) {
        self->in_failed =
            assay_error_set(&self->in_err, EFBIG, "the header of an entry has more than %zu MiB",
                            self->format->header_max >> 20);
        return -1;
    }
    r = self->in->next(self->in, &self->block, &self->block_len, &self->in_err);

    if (r <= 0)
        self->block_len = 0;
    if (r < 0) {
        self->in_failed = r;
        archive_set_error(archive, EIO, "%s", self->in_err.text);
        return -1;
    }
    *ret = self->block;
    self->lent += self->block_len;
    return (la_ssize_t)self->block_len;
}

static la_ssize_t read_blocks(struct archive *archive, void *ctx, const void **ret)
{
    struct archive_walk *self = ctx;
    uint64_t left = self->blocks->size - self->lent;
    size_t len = left < READ_BLOCK ? (size_t)left : READ_BLOCK;
    int r = blocks_read(self->blocks, self->buffer, len, self->lent, &self->in_err);

    if (r < 0) {
        self->in_failed = r;
        archive_set_error(archive, EIO, "%s", self->in_err.text);
        return -1;
    }
    self->lent += len;
    *ret = self->buffer;
    return (la_ssize_t)len;
}

static la_int64_t seek_blocks(struct archive *archive, void *ctx, la_int64_t offset, int whence)
{
    struct archive_walk *self = ctx;
    la_int64_t size = (la_int64_t)self->blocks->size;
    la_int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_END ? size : (la_int64_t)self->lent;
    la_int64_t to;

    (void)archive;
    if (__builtin_add_overflow(base, offset, &to) || to < 0)
        return ARCHIVE_FATAL;
    self->lent = (uint64_t)(to < size ? to : size);
    return (la_int64_t)self->lent;
}

/* What libarchive says of its failure or warning, and the errno that fits: what it cannot decode is
 * told apart from damage by its words only. */
static const char *archive_says(struct archive_walk *self, int *ret_code)
{
    const char *text = archive_error_string(self->archive);

    text = text ? text : "no reason given";
    *ret_code = archive_errno(self->archive) == ENOMEM ? EFBIG : EBADMSG;
    if (strcasestr(text, "unsupported") || strcasestr(text, "not supported"))
        *ret_code = EOPNOTSUPP;
    return text;
}

/* Takes libarchive's failure: reported at `path`, or what ends the walk. */
static int archive_damage(struct archive_walk *self, const char *path)
{
    struct assay_error err = {0};
    int code;
    const char *text = archive_says(self, &code);

    if (self->walk->failed < 0)
        return self->walk->failed;
    if (self->in_failed < 0)
        return image_walk_damage(self->walk, path, self->in_failed, &self->in_err);
    /* libarchive 3.6.2 reads past its table of formats when asked before one was chosen. */
    if (self->opened && archive_read_has_encrypted_entries(self->archive) > 0) {
        image_walk_unread(self->walk, path, UNREAD_ENCRYPTED, "%s", text);
        return 0;
    }
    assay_error_set(&err, code, "the %s data cannot be read: %s", self->format->name, text);
    return image_walk_damage(self->walk, path, -code, &err);
}

/* libarchive goes on after a warning: a checksum that differs, bytes passed over, an attribute left
 * out. Only a name that it could not convert is no loss, since the bytes around the entries show it
 * as it stands, unless they are compressed. */
static void archive_warned(struct archive_walk *self)
{
    int code;
    const char *text = archive_says(self, &code);

    if (strstr(text, "be converted") && !self->format->packed_names)
        return;
    image_walk_unread(self->walk, self->path,
                      code == EOPNOTSUPP ? UNREAD_UNSUPPORTED
                      : code == EFBIG    ? UNREAD_BUDGET
                                         : UNREAD_CORRUPT,
                      "%s", text);
}

/* Takes what libarchive has consumed beside content; `len` bytes of content come next. It consumes
 * content when it is asked for what follows. */
static void archive_margin(struct archive_walk *self, size_t len)
{
    uint64_t at = (uint64_t)archive_filter_bytes(self->archive, -1);

    image_margin_take(&self->margin, at, self->block, self->block_len,
                      self->lent - self->block_len);
    image_margin_content(&self->margin, at + len);
}

/* Members may share their packed bytes, so that none of them alone is out of proportion. */
static int archive_ratio(struct archive_walk *self, size_t len, struct assay_error *err)
{
    uint64_t ratio = self->walk->budget->ratio ? self->walk->budget->ratio : 1;

    self->made += len;
    if (self->made <= IMAGE_RATIO_FLOOR ||
        self->made / ratio <= (self->blocks ? self->blocks->size : self->lent))
        return 0;
    self->bomb = true;
    return assay_error_set(err, EFBIG, "the %s expands to more than %llu times its size",
                           self->format->name, (unsigned long long)ratio);
}

static int archive_content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                                uint64_t *ret_offset, struct assay_error *err)
{
    struct archive_content *of = (struct archive_content *)content;
    struct archive_walk *self = of->self;
    const void *data;
    la_int64_t offset;
    const char *text;
    int r, code;

    do {
        *ret_len = 0;
        r = archive_read_data_block(self->archive, &data, ret_len, &offset);
        if (r == ARCHIVE_WARN)
            archive_warned(self);
    } while (r != ARCHIVE_EOF && r >= ARCHIVE_WARN && *ret_len == 0);
    if (r == ARCHIVE_EOF && of->end < of->promised)
        return assay_error_set(err, EBADMSG, "it ends before the end that its map tells of");
    if (r == ARCHIVE_EOF || (r < ARCHIVE_WARN && self->encrypted && self->in_failed == 0))
        return 0;
    if (r < ARCHIVE_WARN) {
        if (self->in_failed < 0) {
            if (err)
                *err = self->in_err;
            return self->in_failed;
        }
        text = archive_says(self, &code);
        return assay_error_set(err, code, "the content cannot be read: %s", text);
    }
    /* libarchive takes the map of a sparse file as it comes. */
    if (offset < 0 || (uint64_t)offset < of->end)
        return assay_error_set(err, EBADMSG, "the parts of a sparse file are not in order");
    of->end = (uint64_t)offset + *ret_len;
    *ret = data;
    *ret_offset = (uint64_t)offset;
    archive_margin(self, *ret_len);
    r = archive_ratio(self, *ret_len, err);
    return r < 0 ? r : 1;
}

/* The path less leading "./" and "/" and trailing "/"; "." for the root itself. */
static char *clean_path(const char *path)
{
    size_t len;
    char *copy;

    for (;;) {
        if (path[0] == '/')
            path++;
        else if (path[0] == '.' && path[1] == '/')
            path += 2;
        else
            break;
    }
    len = strlen(path);
    while (len && path[len - 1] == '/')
        len--;
    copy = len ? strndup(path, len) : strdup(".");
    return copy;
}

static enum entry_type type_of(struct archive_entry *from)
{
    switch (archive_entry_filetype(from)) {
    case AE_IFDIR:
        return ENTRY_DIR;
    case AE_IFLNK:
        return ENTRY_SYMLINK;
    case AE_IFCHR:
    case AE_IFBLK:
        return ENTRY_DEVICE;
    case AE_IFIFO:
        return ENTRY_FIFO;
    case AE_IFSOCK:
        return ENTRY_SOCKET;
    default:
        return ENTRY_FILE;
    }
}

static size_t take_xattrs(struct archive_walk *self, struct archive_entry *from, const char *path,
                          struct entry_xattr *xattrs)
{
    size_t n = 0;
    const void *value;

    if (archive_entry_xattr_reset(from) > XATTRS_MAX)
        image_walk_unread(self->walk, path, UNREAD_BUDGET, "more than %d extended attributes",
                          XATTRS_MAX);
    while (n < XATTRS_MAX && archive_entry_xattr_next(from, &xattrs[n].name, &value,
                                                      &xattrs[n].value_len) == ARCHIVE_OK) {
        if (!xattrs[n].name)
            continue;
        xattrs[n].value = value;
        n++;
    }
    return n;
}

/* Where the content of a tar's file ends: of a sparse one, where the last piece of its map does.
 * libarchive leaves a file that has less than its map tells of at that. */
static uint64_t promised_end(const struct archive_walk *self, struct archive_entry *from)
{
    la_int64_t offset = 0, len = 0, end = 0;

    if (!self->format->end_mark || !archive_entry_size_is_set(from))
        return 0;
    if (archive_entry_sparse_reset(from) == 0)
        return (uint64_t)archive_entry_size(from);
    while (archive_entry_sparse_next(from, &offset, &len) == ARCHIVE_OK)
        if (len > 0)
            end = offset + len;
    return (uint64_t)end;
}

/* A hard link that brings content along (cpio, some tars) is a file. */
static void take_links(struct archive_entry *from, struct entry *entry)
{
    const char *hard = archive_entry_hardlink(from);

    if (hard) {
        entry->link = hard;
        if (!archive_entry_size_is_set(from) || archive_entry_size(from) == 0)
            entry->type = ENTRY_HARDLINK;
    } else if (entry->type == ENTRY_SYMLINK) {
        entry->link = archive_entry_symlink(from);
        entry->link = entry->link ? entry->link : "";
    }
}

static int archive_take(struct archive_walk *self, struct archive_entry *from, bool warned)
{
    struct entry_xattr xattrs[XATTRS_MAX];
    struct archive_content content = {.content = {.size = UINT64_MAX, .next = archive_content_next},
                                      .self = self};
    const char *raw = archive_entry_pathname(from);
    _cleanup_free_ char *path = NULL;
    struct entry entry = {
        .type = type_of(from),
        .mode = archive_entry_perm(from) & 07777,
        .uid = archive_entry_uid(from),
        .gid = archive_entry_gid(from),
        .uname = archive_entry_uname(from),
        .gname = archive_entry_gname(from),
        .size = archive_entry_size_is_set(from) ? archive_entry_size(from) : -1,
        .mtime = archive_entry_mtime(from),
    };
    int r;

    raw = raw ? raw : archive_entry_pathname_utf8(from);
    entry.path = path = clean_path(raw ? raw : "(unnamed)");
    if (!path)
        return image_walk_damage(self->walk, NULL, -ENOMEM, NULL);
    self->path = path;
    image_layout_member(&self->layout, path);
    if (warned)
        archive_warned(self);
    if (!raw)
        image_walk_unread(self->walk, path, UNREAD_CORRUPT, "its name cannot be read");
    entry.xattrs = xattrs;
    entry.n_xattrs = take_xattrs(self, from, path, xattrs);
    take_links(from, &entry);
    if (entry.type != ENTRY_FILE) {
        r = image_walk_entry(self->walk, &entry);
        self->path = NULL;
        return r;
    }
    self->encrypted = archive_entry_is_data_encrypted(from);
    if (self->encrypted)
        image_walk_unread(self->walk, path, UNREAD_ENCRYPTED, "the entry is encrypted");
    if (entry.size >= 0)
        content.content.size = (uint64_t)entry.size;
    content.promised = promised_end(self, from);
    r = image_walk_file(self->walk, &entry, &content.content);
    self->path = NULL;
    return r;
}

/* The end of the entries. To libarchive a tar that was cut between two of them is not damaged, nor
 * an ar that was cut in a member's header. */
static int archive_end(struct archive_walk *self)
{
    uint64_t left = self->lent - (uint64_t)archive_filter_bytes(self->archive, -1);

    self->ended = true;
    if (self->in && left > 1 && left < self->format->member_header)
        image_walk_unread(self->walk, NULL, UNREAD_CORRUPT,
                          "the %s ends amid the header of a member: it was cut",
                          self->format->name);
    if (self->format->end_mark &&
        archive_filter_bytes(self->archive, -1) == archive_read_header_position(self->archive))
        image_walk_unread(self->walk, NULL, UNREAD_CORRUPT,
                          "the %s ends without an end mark: it was cut, or its writer left it out",
                          self->format->name);
    return 0;
}

static int archive_entries(struct archive_walk *self)
{
    unsigned retries = 0;
    struct archive_entry *entry;
    int r, w;

    for (;;) {
        self->header = self->lent;
        r = archive_read_next_header(self->archive, &entry);
        if (r == ARCHIVE_EOF)
            return archive_end(self);
        if ((r == ARCHIVE_RETRY || r == ARCHIVE_FAILED) && self->in_failed == 0 &&
            retries++ < RETRIES_MAX) {
            w = archive_damage(self, NULL);
            if (w < 0)
                return w;
            continue;
        }
        if (r < ARCHIVE_WARN)
            return archive_damage(self, NULL);
        archive_margin(self, 0);
        w = image_margin_tell(&self->margin, false);
        if (w == 0)
            w = archive_take(self, entry, r == ARCHIVE_WARN);
        if (w < 0)
            return w;
        if (self->bomb) {
            image_walk_unread(self->walk, NULL, UNREAD_BUDGET,
                              "its members expand to more than %llu times its size",
                              (unsigned long long)self->walk->budget->ratio);
            return 0;
        }
    }
}

static int archive_begin(struct archive_walk *self)
{
    self->archive = archive_read_new();
    if (!self->archive || self->format->support(self->archive) < ARCHIVE_WARN)
        return -ENOMEM;
    archive_read_set_callback_data(self->archive, self);
    archive_read_set_read_callback(self->archive, self->in ? read_stream : read_blocks);
    if (self->blocks)
        archive_read_set_seek_callback(self->archive, seek_blocks);
    return 0;
}

/* Opens what archive_begin() has made, and takes its entries. */
static int archive_open(struct archive_walk *self)
{
    int r;

    self->opened = archive_read_open1(self->archive) >= ARCHIVE_WARN;
    if (!self->opened)
        return archive_damage(self, NULL);
    image_layout_begin(&self->layout, self->format);
    r = archive_entries(self);
    image_layout_count(&self->layout, self->walk);
    return r;
}

int image_archive_stream(struct image_walk *walk, const struct image_format *format,
                         struct stream *in)
{
    struct archive_walk self = {.walk = walk, .format = format, .in = in};
    uint64_t used, left;
    int r;

    image_margin_init(&self.margin, walk);
    r = archive_begin(&self);

    if (r < 0)
        r = image_walk_damage(walk, NULL, r, NULL);
    else
        r = archive_open(&self);
    if (r == 0) {
        archive_margin(&self, 0);
        r = image_margin_tell(&self.margin, true);
    }
    if (r == 0 && self.in_failed == 0) {
        used = (uint64_t)archive_filter_bytes(self.archive, -1);
        left = used < self.lent ? self.lent - used : 0;
        left = left < self.block_len ? left : self.block_len;
        r = image_walk_after(walk, in, left ? self.block + (self.block_len - left) : NULL, left,
                             self.ended);
    }
    archive_read_free(self.archive);
    image_margin_free(&self.margin);
    return r;
}

int image_archive_blocks(struct image_walk *walk, const struct image_format *format,
                         struct blocks *blocks)
{
    struct archive_walk self = {.walk = walk, .format = format, .blocks = blocks};
    int r = 0;

    self.buffer = malloc(READ_BLOCK);
    r = self.buffer ? archive_begin(&self) : -ENOMEM;
    if (r < 0)
        r = image_walk_damage(walk, NULL, r, NULL);
    else
        r = archive_open(&self);
    archive_read_free(self.archive);
    free(self.buffer);
    if (r == 0 && !walk->shown) /* what no entry covers */
        r = image_walk_raw(walk, blocks, "(raw)", ENTRY_META, NULL);
    return r;
}
