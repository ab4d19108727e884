#include <assay/buf.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int assay_buf_reserve(struct assay_buf *buf, size_t extra)
{
    size_t need, cap;
    uint8_t *data;

    if (extra > buf->max || buf->len > buf->max - extra)
        return -EFBIG;
    need = buf->len + extra + 1;
    if (need <= buf->cap)
        return 0;
    cap = buf->cap ? buf->cap * 2 : 256;
    if (cap < need)
        cap = need;
    data = realloc(buf->data, cap);
    if (!data)
        return -ENOMEM;
    data[buf->len] = '\0';
    buf->data = data;
    buf->cap = cap;
    return 0;
}

int assay_buf_append(struct assay_buf *buf, const void *data, size_t len)
{
    int r = assay_buf_reserve(buf, len);

    if (r < 0)
        return r;
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int assay_buf_printf(struct assay_buf *buf, const char *format, ...)
{
    va_list args, again;
    int n, r;

    va_start(args, format);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    r = n < 0 ? -EINVAL : assay_buf_reserve(buf, (size_t)n);
    if (r == 0) {
        vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return r;
}

const char *assay_buf_str(const struct assay_buf *buf)
{
    return buf->data ? (const char *)buf->data : "";
}

char *assay_buf_take(struct assay_buf *buf)
{
    char *text = buf->data ? (char *)buf->data : calloc(1, 1);

    buf->data = NULL;
    buf->len = buf->cap = 0;
    return text;
}

void assay_buf_free(struct assay_buf *buf)
{
    free(buf->data);
    buf->data = NULL;
    buf->len = buf->cap = 0;
}
