/* What a program needs to start an audit: the worker beside it, the key of its fingerprints. */
#include <assay/audit.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>

char *assay_audit_sibling(const char *name)
{
    char own[PATH_MAX], *path = NULL, *slash;
    ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

    if (n < 0)
        n = 0;
    own[n] = '\0';
    slash = strrchr(own, '/');
    if (asprintf(&path, "%.*s%s", slash ? (int)(slash - own + 1) : 0, own, name) < 0)
        return NULL;
    return path;
}

static int make_key(const char *path, struct assay_error *err)
{
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    int r;

    if (getrandom(key, sizeof(key), 0) != sizeof(key))
        return assay_error_set(err, EIO, "the system gives no random bytes for the key %s", path);
    r = assay_fs_write_new(path, key, sizeof(key), 0600, err);
    explicit_bzero(key, sizeof(key));
    return r;
}

int assay_audit_fingerprint_key(const char *path, uint8_t ret[ASSAY_FINGERPRINT_KEY_SIZE],
                                struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf content = ASSAY_BUF(ASSAY_FINGERPRINT_KEY_SIZE + 1);
    int r = assay_fs_read_file(path, &content, err);

    if (r == -ENOENT) {
        r = make_key(path, err);
        /* Another program may have made it meanwhile: what is in the file counts. */
        if (r == 0 || r == -EEXIST)
            r = assay_fs_read_file(path, &content, err);
    }
    if (r < 0 && r != -EFBIG)
        return r;
    if (content.len != ASSAY_FINGERPRINT_KEY_SIZE || r == -EFBIG)
        return assay_error_set(err, EINVAL,
                               "the fingerprint key %s is not %d bytes long; restore it from a "
                               "backup, or remove it to have a new one made, which changes every "
                               "fingerprint and so voids the waivers",
                               path, ASSAY_FINGERPRINT_KEY_SIZE);
    memcpy(ret, content.data, ASSAY_FINGERPRINT_KEY_SIZE);
    explicit_bzero(content.data, content.len);
    return 0;
}
