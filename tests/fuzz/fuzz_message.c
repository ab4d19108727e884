/* Frames and what stands in them, as a confused process at the other end might send them. The first
 * byte says who reads: the coordinator, the worker its job, or whoever waits for an answer. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/message.h"
#include "fuzz.h"

#define PATIENCE_MS 1000

/* Returns 1 for a message, 0 at the end, or a negative errno. */
static int read_message(int fd)
{
    struct assay_error err = {0};
    struct message message;
    int r = message_read(fd, PATIENCE_MS, &message, &err);

    if (r < 0 && !err.code)
        abort();
    if (r <= 0)
        return r;
    if ((message.kind == MESSAGE_PROGRESS || message.kind == MESSAGE_NBD ||
         message.kind == MESSAGE_FAILED) &&
        !message.text)
        abort();
    if (message.kind == MESSAGE_REPORT && !json_is_object(message.report))
        abort();
    if (message.kind == MESSAGE_FAILED && message.code <= 0)
        abort();
    message_free(&message);
    return 1;
}

static int read_job(int fd)
{
    struct assay_error err = {0};
    struct message_job job;
    int r = message_read_job(fd, &job, &err);

    if (r < 0)
        return r;
    if (!json_is_object(job.policy) || !job.name || !job.today)
        abort();
    message_job_free(&job);
    return 1;
}

/* A file carries no descriptor, so that nothing is ever granted. */
static int read_grant(int fd)
{
    struct assay_error err = {0};
    int received = -1;

    if (message_read_grant(fd, &received, &err) == 0 || received != -1 || !err.code)
        abort();
    return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int (*const readers[])(int fd) = {read_message, read_job, read_grant};
    int fd, r;

    if (!size)
        return 0;
    fd = memfd_create("messages", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1) ||
        lseek(fd, 0, SEEK_SET) != 0)
        abort();
    do
        r = readers[data[0] % (sizeof(readers) / sizeof(*readers))](fd);
    while (r > 0);
    close(fd);
    return 0;
}
