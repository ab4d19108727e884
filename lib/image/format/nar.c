#include "image/format/nar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT_MAGIC 0x4558494e /* "NIXE" */
#define REFERENCES_MAX 65536
#define STORE_PATH_MAX 4096
#define INFO_MAX ((size_t)16 << 20) /* bytes of what follows one exported path */

static const uint8_t magic[] = "\x0d\0\0\0\0\0\0\0nix-archive-1\0\0";

static bool probe_nar(const struct image_head *head)
{
    return image_head_has(head, 0, magic, sizeof(magic));
}

static bool probe_export(const struct image_head *head)
{
    return image_head_has(head, 0, "\1\0\0\0\0\0\0\0", 8) &&
           image_head_has(head, 8, magic, sizeof(magic));
}

/* A string that follows an exported path, as a line of `info`. */
static int export_string(struct nar *nar, struct assay_buf *info)
{
    int r = nar_string(nar, STORE_PATH_MAX);

    if (r == 0 && nar->text_len)
        r = assay_buf_append(info, nar->text, nar->text_len);
    if (r == 0 && nar->text_len)
        r = assay_buf_append(info, "\n", 1);
    return r;
}

/* What follows an exported path: its name in the store, the paths it needs, what made it, and a
 * place for a signature (Nix, src/libstore/export-import.cc). */
static int export_info(struct nar *nar, struct assay_buf *info)
{
    uint64_t number, references = 0;
    int r = nar_number(nar, &number);

    if (r == 0 && number != EXPORT_MAGIC)
        r = assay_error_set(&nar->err, EBADMSG, "the Nix export is damaged: no path after the NAR");
    if (r == 0)
        r = export_string(nar, info);
    if (r == 0)
        r = nar_number(nar, &references);
    if (r == 0 && references > REFERENCES_MAX)
        r = assay_error_set(&nar->err, EFBIG, "a store path of more than %d references",
                            REFERENCES_MAX);
    for (uint64_t i = 0; i < references && r == 0; i++)
        r = export_string(nar, info);
    if (r == 0)
        r = export_string(nar, info);
    if (r == 0)
        r = nar_number(nar, &number);
    if (r == 0 && number)
        r = export_string(nar, info);
    return r;
}

static int export_paths(struct nar *nar)
{
    _cleanup_buf_ struct assay_buf info = ASSAY_BUF(INFO_MAX);
    char name[32], info_name[48];
    uint64_t more = 0;
    int r = nar_number(nar, &more);

    for (unsigned i = 1; r == 0 && more == 1; i++) {
        snprintf(name, sizeof(name), "(path %u)", i);
        snprintf(info_name, sizeof(info_name), "(path %u info)", i);
        info.len = 0;
        r = nar_archive(nar, name);
        if (r == 0)
            r = export_info(nar, &info);
        if (r == 0)
            r = image_walk_meta(nar->walk, info_name, info.data, info.len);
        if (r == 0)
            r = nar_number(nar, &more);
    }
    if (r == 0 && more)
        r = assay_error_set(&nar->err, EBADMSG, "the Nix export is damaged: no path, and no end");
    return r;
}

static int read_one(struct nar *nar)
{
    return nar_archive(nar, "");
}

/* Reads with `read`; what that leaves is scanned. */
static int walk_nar(struct image_walk *walk, struct stream *in, int (*read)(struct nar *nar))
{
    struct nar *nar = calloc(1, sizeof(*nar));
    bool whole;
    int r;

    if (!nar)
        return image_walk_damage(walk, NULL, -ENOMEM, NULL);
    nar->walk = walk;
    nar->reader.in = in;
    nar->path = ASSAY_BUF(NAR_PATH_MAX);
    r = read(nar);
    whole = r == 0;
    if (r < 0 && !nar->told)
        r = image_walk_damage(walk, NULL, r, &nar->err);
    else if (r < 0)
        r = walk->failed;
    if (r == 0)
        r = image_walk_after(walk, in, nar->reader.data, nar->reader.len, whole);
    assay_buf_free(&nar->path);
    free(nar);
    return r;
}

static int stream_nar(struct image_walk *walk, struct stream *in)
{
    return walk_nar(walk, in, read_one);
}

static int stream_export(struct image_walk *walk, struct stream *in)
{
    return walk_nar(walk, in, export_paths);
}

const struct image_format image_format_nar = {
    .name = "nar",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "Assay",
    .notes = "nix-store --dump",
    .probe = probe_nar,
    .stream = stream_nar,
};

const struct image_format image_format_nix_export = {
    .name = "nix export",
    .kind = IMAGE_STREAM,
    .places = IMAGE_IN_ARTIFACT | IMAGE_IN_ENTRY,
    .by = "Assay",
    .notes = "nix-store --export",
    .probe = probe_export,
    .stream = stream_export,
};
