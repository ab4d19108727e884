/* A growable byte buffer that is given its maximum when it is made. */
#ifndef ASSAY_BUF_H
#define ASSAY_BUF_H

#include <assay/cleanup.h>
#include <stddef.h>
#include <stdint.h>

struct assay_buf {
    uint8_t *data; /* NULL until the first append; always followed by one NUL byte after that */
    size_t len;    /* bytes in use, the NUL not counted */
    size_t cap;    /* bytes allocated */
    size_t max;    /* `len` never goes above this */
};

#define ASSAY_BUF(maximum) \
    (struct assay_buf)     \
    {                      \
        .max = (maximum)   \
    }

/* Makes room for `extra` more bytes. Returns 0, -EFBIG when the maximum would be passed, -ENOMEM.
 */
int assay_buf_reserve(struct assay_buf *buf, size_t extra);

/* Appends `len` bytes, or the formatted text. Errors as for assay_buf_reserve(); on failure the
 * buffer is as it was. */
int assay_buf_append(struct assay_buf *buf, const void *data, size_t len);
int assay_buf_printf(struct assay_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The content as a C string ("" when empty); owned by the buffer. */
const char *assay_buf_str(const struct assay_buf *buf);

/* Takes the content out as a malloc'd C string that the caller frees; the buffer is empty after
 * that. Returns NULL when memory ran out. */
char *assay_buf_take(struct assay_buf *buf);

/* Frees the content; the maximum stays, so that the buffer can be used again. */
void assay_buf_free(struct assay_buf *buf);

#define _cleanup_buf_ _cleanup_(assay_buf_free)

#endif
