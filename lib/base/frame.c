#include <assay/frame.h>

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/clock.h>
#include <assay/fs.h>

/* Sends the length, and the descriptor with it: ancillary data travels with the first byte. */
static int send_header(int fd, uint32_t len, int pass_fd)
{
    uint32_t header = htole32(len);
    struct iovec iov = {.iov_base = &header, .iov_len = sizeof(header)};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    if (pass_fd < 0) {
        ssize_t n = send(fd, &header, sizeof(header), MSG_NOSIGNAL);

        if (n < 0 && errno == ENOTSOCK)
            return assay_fs_write_all(fd, &header, sizeof(header));
        return n == sizeof(header) ? 0 : n < 0 ? -errno : -EPIPE;
    }
    msg.msg_control = control.bytes;
    msg.msg_controllen = sizeof(control.bytes);
    CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
    CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
    CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), &pass_fd, sizeof(int));
    if (sendmsg(fd, &msg, MSG_NOSIGNAL) != sizeof(header))
        return errno ? -errno : -EPIPE;
    return 0;
}

static int send_body(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

        if (n < 0 && errno == ENOTSOCK)
            return assay_fs_write_all(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

int assay_frame_write(int fd, const json_t *message, int pass_fd, struct assay_error *err)
{
    _cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);
    size_t len;
    int r;

    if (!text)
        return assay_error_set(err, ENOMEM, "cannot send a message: out of memory");
    len = strlen(text);
    if (len > ASSAY_FRAME_MAX)
        return assay_error_set(err, EFBIG, "a message of %zu bytes is too long to send", len);
    r = send_header(fd, (uint32_t)len, pass_fd);
    if (r == 0)
        r = send_body(fd, text, len);
    if (r < 0)
        return assay_error_set(err, r, "cannot send a message: %s", strerror(-r));
    return 0;
}

/* Takes the descriptor out of what recvmsg() filled in; any further ones are closed. */
static void take_descriptor(struct msghdr *msg, int *fd)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        size_t count;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int received;

            memcpy(&received, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (*fd < 0)
                *fd = received;
            else
                close(received);
        }
    }
}

/* Reads exactly `len` bytes before `deadline` (0: none). Returns the number read, which is less
 * only at the end of the stream, or a negative errno. */
static ssize_t read_exactly(int fd, void *data, size_t len, uint64_t deadline, int *received)
{
    size_t done = 0;

    while (done < len) {
        struct iovec iov = {.iov_base = (char *)data + done, .iov_len = len - done};
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(4 * sizeof(int))];
        } control;
        struct msghdr msg = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        ssize_t n;

        if (deadline) {
            uint64_t now = assay_clock_ms();
            int ready = now >= deadline ? 0 : poll(&poll_fd, 1, (int)(deadline - now));

            if (ready < 0 && errno == EINTR)
                continue;
            if (ready <= 0)
                return ready < 0 ? -errno : -ETIMEDOUT;
        }
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == ENOTSOCK)
            n = read(fd, iov.iov_base, iov.iov_len);
        else if (n >= 0)
            take_descriptor(&msg, received);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static int refuse(ssize_t n, struct assay_error *err)
{
    if (n == -ETIMEDOUT)
        return assay_error_set(err, ETIMEDOUT, "no message came in time");
    if (n < 0)
        return assay_error_set(err, (int)n, "cannot read a message: %s", strerror((int)-n));
    return assay_error_set(err, EPROTO, "a message was cut short");
}

int assay_frame_read(int fd, size_t max, int timeout_ms, json_t **ret, int *ret_fd,
                     struct assay_error *err)
{
    uint64_t deadline = timeout_ms < 0 ? 0 : assay_clock_ms() + (uint64_t)timeout_ms + 1;
    _cleanup_close_ int received = -1;
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ json_t *json = NULL;
    uint32_t len = 0;
    ssize_t n = read_exactly(fd, &len, sizeof(len), deadline, &received);

    if (n == 0)
        return 0;
    if (n != sizeof(len))
        return refuse(n, err);
    len = le32toh(len);
    if (len > max || len > ASSAY_FRAME_MAX)
        return assay_error_set(err, EPROTO, "a message of %u bytes is longer than the %zu allowed",
                               len, max);
    text = malloc((size_t)len + 1);
    if (!text)
        return assay_error_set(err, ENOMEM, "cannot read a message: out of memory");
    n = read_exactly(fd, text, len, deadline, &received);
    if (n != (ssize_t)len)
        return refuse(n, err);
    if (assay_json_parse(text, len, "a message", &json, err) < 0)
        return -(err ? err->code = EPROTO : EPROTO);
    if (!json_is_object(json))
        return assay_error_set(err, EPROTO, "a message is not a JSON object");
    *ret = ASSAY_TAKE(json);
    if (ret_fd)
        *ret_fd = assay_take_fd(&received);
    return 1;
}
