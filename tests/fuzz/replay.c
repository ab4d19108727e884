/* main() of a fuzz target that is built without libFuzzer: runs it over the files of a folder, each
 * whole and cut at every 64th of its length. */
#include <dirent.h>
#include <stdio.h>

#include <assay/buf.h>
#include <assay/fs.h>

#include "fuzz.h"

#define INPUT_MAX (64u << 20)

static int replay(const char *path)
{
    _cleanup_buf_ struct assay_buf input = ASSAY_BUF(INPUT_MAX);
    struct assay_error err = {0};

    if (assay_fs_read_file(path, &input, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    for (unsigned i = 0; i <= 64; i++) {
        /* A copy of just that length, so that a sanitizer sees each byte read behind the end. */
        size_t len = input.len * i / 64;
        _cleanup_free_ uint8_t *copy = malloc(len ? len : 1);

        if (!copy)
            return -1;
        if (len)
            __builtin_memcpy(copy, input.data, len);
        LLVMFuzzerTestOneInput(copy, len);
    }
    return 0;
}

int main(int argc, char **argv)
{
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    int count = 0, failed = 0;

    if (!dir) {
        fprintf(stderr, "Usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(dir))) {
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        failed |= replay(path) < 0;
        count++;
    }
    closedir(dir);
    printf("%d inputs\n", count);
    return failed || count == 0;
}
