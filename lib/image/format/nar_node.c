/* "Nix Archive (NAR) format" of the Nix manual, and E. Dolstra's thesis, figure 5.2: strings are a
 * length of 64 bits, the bytes, and zeros up to a multiple of 8; everything is a string. */
#include <errno.h>
#include <string.h>

#include "image/format/nar.h"

static int nar_bad(struct nar *nar, const char *what)
{
    return assay_error_set(&nar->err, EBADMSG, "the NAR is damaged: %s", what);
}

int nar_number(struct nar *nar, uint64_t *ret)
{
    uint8_t data[8];
    int r = reader_exact(&nar->reader, data, sizeof(data), &nar->err);

    if (r == 0)
        *ret = image_le64(data);
    return r;
}

static int nar_padding(struct nar *nar, uint64_t len)
{
    uint8_t pad[8] = {0};
    int r = reader_exact(&nar->reader, pad, (size_t)(-len & 7), &nar->err);

    if (r == 0 && image_le64(pad) != 0)
        r = nar_bad(nar, "padding that is not zeros");
    return r;
}

int nar_string(struct nar *nar, size_t max)
{
    uint64_t len = 0;
    int r = nar_number(nar, &len);

    if (r == 0 && len > max)
        r = nar_bad(nar, "a string that is too long");
    if (r == 0)
        r = reader_exact(&nar->reader, nar->text, (size_t)len, &nar->err);
    if (r < 0)
        return r;
    nar->text_len = (size_t)len;
    nar->text[len] = 0;
    return nar_padding(nar, len);
}

static bool is_text(const struct nar *nar, const char *text)
{
    return nar->text_len == strlen(text) && memcmp(nar->text, text, nar->text_len) == 0;
}

/* The longest of the format's own words has 13 letters. */
static int nar_word(struct nar *nar)
{
    return nar_string(nar, 16);
}

static int nar_expect(struct nar *nar, const char *word)
{
    int r = nar_word(nar);

    if (r == 0 && !is_text(nar, word))
        r = nar_bad(nar, "a word that does not belong there");
    return r;
}

struct nar_content {
    struct content content;
    struct nar *nar;
    uint64_t at;
    int failed;
};

static int nar_content_next(struct content *content, const uint8_t **ret, size_t *ret_len,
                            uint64_t *ret_offset, struct assay_error *err)
{
    struct nar_content *self = (struct nar_content *)content;
    struct assay_error own = {0};
    int r;

    if (self->at == content->size)
        return 0;
    r = reader_lend(&self->nar->reader, content->size - self->at, ret, ret_len, &own);
    if (r == 0)
        r = assay_error_set(&own, EBADMSG, "the NAR ends too early");
    if (r < 0) {
        self->failed = r;
        if (err)
            *err = own;
        return r;
    }
    *ret_offset = self->at;
    self->at += *ret_len;
    return 1;
}

static struct entry nar_entry(const struct nar *nar, enum entry_type type, uint32_t mode)
{
    return (struct entry){.path = assay_buf_str(&nar->path),
                          .type = type,
                          .mode = mode,
                          .uid = -1,
                          .gid = -1,
                          .size = -1};
}

/* A file's bytes, which begin with their length. */
static int nar_contents(struct nar *nar, bool executable)
{
    struct entry entry = nar_entry(nar, ENTRY_FILE, executable ? 0555 : 0444);
    struct nar_content content = {.content = {.next = nar_content_next}, .nar = nar};
    int r = nar_number(nar, &content.content.size);

    if (r == 0 && content.content.size > INT64_MAX)
        r = nar_bad(nar, "a file that is too long");
    if (r < 0)
        return r;
    entry.size = (int64_t)content.content.size;
    r = image_walk_file(nar->walk, &entry, &content.content);
    if (r < 0)
        return r;
    if (content.failed < 0) {
        nar->told = true;
        return content.failed;
    }
    return nar_padding(nar, content.content.size);
}

static int nar_regular(struct nar *nar)
{
    bool executable = false;
    struct nar_content nothing = {.content = {.next = nar_content_next}, .nar = nar};
    int r = nar_word(nar);

    if (r == 0 && is_text(nar, "executable")) {
        executable = true;
        r = nar_expect(nar, "");
        if (r == 0)
            r = nar_word(nar);
    }
    if (r == 0 && is_text(nar, "contents")) {
        r = nar_contents(nar, executable);
        return r < 0 ? r : nar_expect(nar, ")");
    }
    if (r == 0 && !is_text(nar, ")"))
        r = nar_bad(nar, "a word that does not belong to a file");
    if (r == 0) {
        struct entry entry = nar_entry(nar, ENTRY_FILE, executable ? 0555 : 0444);

        entry.size = 0;
        r = image_walk_file(nar->walk, &entry, &nothing.content);
    }
    return r;
}

static int nar_symlink(struct nar *nar)
{
    struct entry entry = nar_entry(nar, ENTRY_SYMLINK, 0777);
    int r = nar_expect(nar, "target");

    if (r == 0)
        r = nar_string(nar, NAR_TEXT_MAX);
    if (r == 0 && memchr(nar->text, 0, nar->text_len))
        r = nar_bad(nar, "a link's target with a NUL in it");
    if (r < 0)
        return r;
    entry.link = nar->text;
    r = image_walk_entry(nar->walk, &entry);
    return r < 0 ? r : nar_expect(nar, ")");
}

static int nar_directory(struct nar *nar)
{
    struct entry entry = nar_entry(nar, ENTRY_DIR, 0555);
    int r;

    if (!*entry.path)
        entry.path = ".";
    if (nar->depth == NAR_DEPTH_MAX)
        return assay_error_set(&nar->err, EFBIG, "folders in folders more than %d deep",
                               NAR_DEPTH_MAX);
    r = image_walk_entry(nar->walk, &entry);
    if (r == 0 && nar->path.len)
        r = assay_buf_append(&nar->path, "/", 1);
    nar->levels[nar->depth++] = (struct nar_level){.folder = nar->path.len};
    return r;
}

/* A node. One more folder is open after that of a folder. */
static int nar_node(struct nar *nar)
{
    int r = nar_expect(nar, "(");

    if (r == 0)
        r = nar_expect(nar, "type");
    if (r == 0)
        r = nar_word(nar);
    if (r < 0)
        return r;
    if (is_text(nar, "directory"))
        return nar_directory(nar);
    if (!nar->path.len)
        r = assay_buf_append(&nar->path, "(content)", 9);
    if (r < 0)
        return r;
    if (is_text(nar, "regular"))
        return nar_regular(nar);
    if (is_text(nar, "symlink"))
        return nar_symlink(nar);
    return nar_bad(nar, "a node of a type that is not known");
}

/* Takes the name in nar->text for the path of the next node. Names rise: a name that comes twice,
 * or is no name, would let one file stand for another. */
static int nar_name(struct nar *nar)
{
    struct nar_level *level = &nar->levels[nar->depth - 1];
    const char *name = nar->text, *before = assay_buf_str(&nar->path) + level->folder;
    size_t len = nar->text_len, common = len < level->name ? len : level->name;
    int order = memcmp(before, name, common);

    if (!len || is_text(nar, ".") || is_text(nar, "..") || memchr(name, 0, len) ||
        memchr(name, '/', len))
        return nar_bad(nar, "an entry whose name is none");
    if (level->name && (order > 0 || (order == 0 && level->name >= len)))
        return nar_bad(nar, "entries that are not in order");
    nar->path.len = level->folder;
    level->name = len;
    if (assay_buf_append(&nar->path, name, len) < 0)
        return assay_error_set(&nar->err, EFBIG, "a path of more than %zu bytes", NAR_PATH_MAX);
    return 0;
}

/* The next entry of the open folder, or its end. */
static int nar_next(struct nar *nar)
{
    unsigned depth = nar->depth;
    int r = nar_word(nar);

    if (r == 0 && is_text(nar, ")")) {
        nar->depth--;
        /* The folder is itself an entry, which ends with it. */
        if (nar->depth)
            r = nar_expect(nar, ")");
        return r;
    }
    if (r == 0 && !is_text(nar, "entry"))
        r = nar_bad(nar, "a word that does not belong to a folder");
    if (r == 0)
        r = nar_expect(nar, "(");
    if (r == 0)
        r = nar_expect(nar, "name");
    if (r == 0)
        r = nar_string(nar, NAR_TEXT_MAX);
    if (r == 0)
        r = nar_name(nar);
    if (r == 0)
        r = nar_expect(nar, "node");
    if (r == 0)
        r = nar_node(nar);
    if (r == 0 && nar->depth == depth)
        r = nar_expect(nar, ")");
    return r;
}

int nar_archive(struct nar *nar, const char *root)
{
    int r = nar_expect(nar, "nix-archive-1");

    nar->depth = 0;
    nar->path.len = 0;
    if (r == 0)
        r = assay_buf_append(&nar->path, root, strlen(root));
    if (r == 0)
        r = nar_node(nar);
    while (r == 0 && nar->depth)
        r = nar_next(nar);
    return r;
}
