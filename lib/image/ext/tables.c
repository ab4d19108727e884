#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/ext/walk.h"

/* The slot of `ino`, or the free one where it belongs. */
static struct ext_link *link_slot(struct ext_link *links, size_t cap, ext2_ino_t ino)
{
    size_t at = (size_t)(ino * UINT32_C(2654435761)) & (cap - 1); /* Knuth's multiplicative hash */

    while (links[at].path && links[at].ino != ino)
        at = (at + 1) & (cap - 1);
    return &links[at];
}

static int links_grow(struct ext_walk *ext)
{
    size_t cap = ext->links_cap ? ext->links_cap * 2 : 256;
    struct ext_link *links = calloc(cap, sizeof(*links));

    if (!links)
        return -ENOMEM;
    for (size_t i = 0; i < ext->links_cap; i++)
        if (ext->links[i].path)
            *link_slot(links, cap, ext->links[i].ino) = ext->links[i];
    free(ext->links);
    ext->links = links;
    ext->links_cap = cap;
    return 0;
}

int ext_links_seen(struct ext_walk *ext, ext2_ino_t ino, const char *path, const char **ret_before)
{
    size_t len = strlen(path) + 1 + sizeof(struct ext_link);
    struct ext_link *slot;
    int r = ext->links_n * 2 < ext->links_cap ? 0 : links_grow(ext);

    if (r < 0)
        return r;
    slot = link_slot(ext->links, ext->links_cap, ino);
    *ret_before = slot->path;
    if (slot->path)
        return 0;
    if (ext->links_used + len > EXT_LINKS_MAX)
        return -EFBIG;
    slot->path = strdup(path);
    if (!slot->path)
        return -ENOMEM;
    slot->ino = ino;
    ext->links_used += len;
    ext->links_n++;
    return 0;
}

void ext_links_free(struct ext_walk *ext)
{
    for (size_t i = 0; i < ext->links_cap; i++)
        free(ext->links[i].path);
    free(ext->links);
    ext->links = NULL;
    ext->links_cap = 0;
}

static int take_xattr(char *name, char *value, size_t len, void *ctx)
{
    struct ext_xattrs *xattrs = ctx;
    struct entry_xattr *one = &xattrs->list[xattrs->n];
    char *copy_name;
    uint8_t *copy;

    if (xattrs->n == EXT_XATTRS_MAX) {
        xattrs->failed = -EFBIG;
        return XATTR_ABORT;
    }
    copy_name = strdup(name);
    copy = malloc(len + 1);
    if (!copy_name || !copy) {
        free(copy_name);
        free(copy);
        xattrs->failed = -ENOMEM;
        return XATTR_ABORT;
    }
    memcpy(copy, value, len);
    *one = (struct entry_xattr){.name = copy_name, .value = copy, .value_len = len};
    xattrs->n++;
    return 0;
}

int ext_xattrs_read(struct ext_walk *ext, ext2_ino_t ino, struct ext_xattrs *ret, errcode_t *ret_e)
{
    struct ext2_xattr_handle *handle = NULL;
    errcode_t e = ext2fs_xattrs_open(ext->fs, ino, &handle);

    if (e == 0)
        e = ext2fs_xattrs_read_inode(handle, ext->inode);
    if (e == 0)
        ext2fs_xattrs_iterate(handle, take_xattr, ret);
    if (handle)
        ext2fs_xattrs_close(&handle);
    *ret_e = e;
    if (e == EXT2_ET_NO_MEMORY)
        return -ENOMEM;
    return e ? -EBADMSG : ret->failed;
}

void ext_xattrs_free(struct ext_xattrs *xattrs)
{
    for (size_t i = 0; i < xattrs->n; i++) {
        free((void *)(uintptr_t)xattrs->list[i].name);
        free((void *)(uintptr_t)xattrs->list[i].value);
    }
    xattrs->n = 0;
}
