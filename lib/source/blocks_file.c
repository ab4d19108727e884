#include "source/blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct blocks_file {
    struct blocks blocks;
    int fd;
    bool own;
    uint64_t data_start, data_end; /* where data was found last */
};

static int file_read(struct blocks *blocks, void *data, size_t len, uint64_t offset,
                     struct assay_error *err)
{
    struct blocks_file *file = (struct blocks_file *)blocks;
    uint8_t *to = data;

    while (len) {
        ssize_t n = pread(file->fd, to, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return assay_error_set(
                err, n < 0 ? errno : ESTALE, "the file cannot be read at byte %llu: %s",
                (unsigned long long)offset, n < 0 ? strerror(errno) : "it has become shorter");
        to += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

static int file_data(struct blocks *blocks, uint64_t offset, uint64_t *ret_start, uint64_t *ret_end)
{
    struct blocks_file *file = (struct blocks_file *)blocks;
    off_t start, end;

    if (offset >= file->data_start && offset < file->data_end) {
        *ret_start = offset;
        *ret_end = file->data_end;
        return 0;
    }
    start = lseek(file->fd, (off_t)offset, SEEK_DATA);
    if (start < 0 && errno == ENXIO) {
        *ret_start = *ret_end = blocks->size;
        return 0;
    }
    end = start < 0 ? -1 : lseek(file->fd, start, SEEK_HOLE);
    /* A file system that cannot tell where its holes are is no error. */
    *ret_start = end < 0 ? offset : (uint64_t)start;
    *ret_end = end < 0 || (uint64_t)end > blocks->size ? blocks->size : (uint64_t)end;
    file->data_start = *ret_start;
    file->data_end = *ret_end;
    return 0;
}

static int file_fd(const struct blocks *blocks)
{
    return ((const struct blocks_file *)blocks)->fd;
}

static void file_close(struct blocks *blocks)
{
    struct blocks_file *file = (struct blocks_file *)blocks;

    if (file->own)
        close(file->fd);
    free(file);
}

int blocks_file_new(int fd, bool own, struct blocks **ret, struct assay_error *err)
{
    struct blocks_file *file = calloc(1, sizeof(*file));
    struct stat st;

    if (!file || fstat(fd, &st) < 0) {
        int code = file ? errno : ENOMEM;

        free(file);
        return assay_error_set(err, code, "a file cannot be opened for reading by blocks: %s",
                               strerror(code));
    }
    file->blocks = (struct blocks){.size = (uint64_t)st.st_size,
                                   .read = file_read,
                                   .data = file_data,
                                   .file = file_fd,
                                   .close = file_close};
    file->fd = fd;
    file->own = own;
    *ret = &file->blocks;
    return 0;
}
