#include "build/image.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/buf.h>
#include <assay/fs.h>

#define STORE "/nix/store/"
#define MAX_ENTRIES 100000

/* The real path of a regular file that lies in the store. */
static bool in_store(const char *path, char ret[PATH_MAX], off_t *ret_size)
{
    char real[PATH_MAX];
    struct stat st;

    if (!realpath(path, real) || strncmp(real, STORE, strlen(STORE)) != 0 || lstat(real, &st) < 0 ||
        !S_ISREG(st.st_mode))
        return false;
    *ret_size = st.st_size;
    memcpy(ret, real, sizeof(real));
    return true;
}

/* A line is "TYPE SUBTYPE PATH" or "TYPE SUBTYPE \"PATH\"". */
static bool read_product(char *line, char ret[PATH_MAX])
{
    char *path;
    off_t size;

    if (strncmp(line, "file ", 5) != 0)
        return false;
    path = strchr(line + 5, ' ');
    if (!path)
        return false;
    path += strspn(path, " \"");
    path[strcspn(path, "\"\n")] = '\0';
    return in_store(path, ret, &size);
}

static bool find_product(const char *out, char ret[PATH_MAX])
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(65536);
    char path[PATH_MAX], *rest, *line;

    snprintf(path, sizeof(path), "%s/nix-support/hydra-build-products", out);
    if (assay_fs_read_file(path, &buf, NULL) < 0)
        return false;
    rest = (char *)buf.data;
    while ((line = strsep(&rest, "\n")))
        if (read_product(line, ret))
            return true;
    return false;
}

static bool find_largest(const char *out, char ret[PATH_MAX])
{
    char start[PATH_MAX], real[PATH_MAX];
    char *const paths[] = {start, NULL};
    off_t largest = 0, size;
    size_t seen = 0;
    FTSENT *entry;
    FTS *tree;

    snprintf(start, sizeof(start), "%s", out);
    tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    while (tree && seen++ < MAX_ENTRIES && (entry = fts_read(tree))) {
        if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
            continue;
        if (strstr(entry->fts_path, "/nix-support/"))
            continue;
        if (in_store(entry->fts_path, real, &size) && size > largest) {
            largest = size;
            memcpy(ret, real, sizeof(real));
        }
    }
    if (tree)
        fts_close(tree);
    return largest > 0;
}

int image_find(const char *out, char ret[PATH_MAX], struct assay_error *err)
{
    if (find_product(out, ret) || find_largest(out, ret))
        return 0;
    return assay_error_set(err, ENOENT,
                           "there is no image in %s: no file in nix-support/hydra-build-products, "
                           "and none below it; the attribute must be a package that holds a disk "
                           "image",
                           out);
}

const char *image_ending(const char *path)
{
    static const char *const compressors[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.'), *before;

    if (!dot || dot == name)
        return "";
    for (size_t i = 0; i < sizeof(compressors) / sizeof(*compressors); i++) {
        if (strcmp(dot, compressors[i]) != 0)
            continue;
        before = memrchr(name, '.', (size_t)(dot - name));
        return before && before > name ? before : dot;
    }
    return dot;
}
