#include "scan/kept.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>

#include "scan/finding.h"

#define MAGIC "assay kc" /* 8 bytes */

struct kept_head {
    char magic[8];
    uint64_t len;
    uint8_t mac[ASSAY_SHA256_SIZE];
};

int kept_derive(const uint8_t *key, const char *use, const void *data, size_t len,
                uint8_t ret[ASSAY_SHA256_SIZE])
{
    _cleanup_buf_ struct assay_buf both = ASSAY_BUF(SIZE_MAX);
    int r = assay_buf_append(&both, use, strlen(use) + 1);

    if (r == 0)
        r = assay_buf_append(&both, data, len);
    if (r == 0)
        r = assay_hmac_sha256(key, FINDING_KEY_SIZE, both.data, both.len, ret);
    if (both.data)
        explicit_bzero(both.data, both.len);
    return r;
}

/* Authenticates name and content. */
static int make_mac(const uint8_t *key, const char *name, const void *data, size_t len,
                    uint8_t ret[ASSAY_SHA256_SIZE])
{
    uint8_t both[SCAN_STORE_NAME_MAX + ASSAY_SHA256_SIZE] = {0};
    int r = assay_sha256(data, len, both + SCAN_STORE_NAME_MAX);

    strncpy((char *)both, name, SCAN_STORE_NAME_MAX - 1);
    return r < 0 ? r : kept_derive(key, "what is kept", both, sizeof(both), ret);
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    uint8_t differ = 0;

    for (size_t i = 0; i < ASSAY_SHA256_SIZE; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

static int read_at(int fd, uint8_t *data, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = pread(fd, data, len, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -EBADMSG;
        data += n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int kept_read(int fd, const uint8_t *key, const char *name, size_t max, uint8_t **ret,
              size_t *ret_len)
{
    _cleanup_free_ uint8_t *data = NULL;
    uint8_t mac[ASSAY_SHA256_SIZE];
    struct kept_head head;
    struct stat st;

    if (read_at(fd, (uint8_t *)&head, sizeof(head), 0) < 0 || fstat(fd, &st) < 0 ||
        memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0 || head.len > max ||
        (uint64_t)st.st_size != sizeof(head) + head.len)
        return -EBADMSG;
    data = malloc((size_t)head.len + 1);
    if (!data)
        return -ENOMEM;
    if (read_at(fd, data, (size_t)head.len, sizeof(head)) < 0 ||
        make_mac(key, name, data, (size_t)head.len, mac) < 0 || !same_mac(mac, head.mac))
        return -EBADMSG;
    *ret = ASSAY_TAKE(data);
    *ret_len = (size_t)head.len;
    return 0;
}

int kept_write(int fd, const uint8_t *key, const char *name, const void *data, size_t len)
{
    struct kept_head head = {.magic = MAGIC, .len = len};
    int r = make_mac(key, name, data, len, head.mac);

    if (r == 0)
        r = assay_fs_write_all(fd, &head, sizeof(head));
    return r < 0 ? r : assay_fs_write_all(fd, data, len);
}
