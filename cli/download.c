#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <assay/fs.h>

#include "api.h"
#include "bar.h"

/* One transfer as the callbacks see it. */
struct transfer {
    struct cli *cli;
    const struct download *download;
    int fd;
    uint64_t have; /* bytes in the file */
    struct bar bar;
};

static bool fail(struct transfer *transfer, const char *what)
{
    cli_fail(transfer->cli, CLI_SERVER, "%s: %s", transfer->download->part, what);
    return false;
}

/* A 206 goes on where the file ends; a 200 is all of it again. */
static bool on_begin(void *ctx, long status, CURL *curl)
{
    struct transfer *transfer = ctx;
    struct curl_header *header;
    char expected[64];

    if (status != 206) {
        transfer->have = 0;
        transfer->bar.first = 0;
        return ftruncate(transfer->fd, 0) == 0 && lseek(transfer->fd, 0, SEEK_SET) == 0
                   ? true
                   : fail(transfer, strerror(errno));
    }
    snprintf(expected, sizeof(expected), "bytes %" PRIu64 "-", transfer->have);
    if (curl_easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        strncmp(header->value, expected, strlen(expected)) != 0)
        return fail(transfer, "the server sent another part than was asked for");
    return true;
}

static bool on_data(void *ctx, const void *data, size_t len)
{
    struct transfer *transfer = ctx;
    int r;

    if (len > transfer->download->size - transfer->have)
        return fail(transfer, "the server sends more than the release's size; given up");
    r = assay_fs_write_all(transfer->fd, data, len);
    if (r < 0)
        return fail(transfer, strerror(-r));
    transfer->have += len;
    return true;
}

static void on_progress(void *ctx)
{
    struct transfer *transfer = ctx;

    bar_update(&transfer->bar, "", transfer->have, transfer->download->size, 0);
}

/* Fetches what is missing at the end of the file. */
static int fetch(struct transfer *transfer)
{
    const struct download *download = transfer->download;
    _cleanup_buf_ struct assay_buf none = {0};
    char range[64], if_range[96];
    struct api_request request = {
        .path = download->path,
        .sink = on_data,
        .begin = on_begin,
        .progress = on_progress,
        .ctx = transfer,
    };
    long status = 0;
    int r;

    if (transfer->have) {
        snprintf(range, sizeof(range), "Range: bytes=%" PRIu64 "-", transfer->have);
        snprintf(if_range, sizeof(if_range), "If-Range: \"%s\"", download->sha256);
        request.headers[0] = range;
        request.headers[1] = if_range;
    }
    transfer->bar = bar_make(true, transfer->have);
    r = api_send(transfer->cli, &request, &none, &status);
    bar_clear(&transfer->bar);
    return r;
}

/* What is on the disk; *ret_good tells whether it is what was asked for. */
static int check(struct transfer *transfer, struct evidence_file *ret, bool *ret_good)
{
    const struct download *download = transfer->download;
    int r;

    if (fsync(transfer->fd) < 0)
        return cli_fail(transfer->cli, CLI_SERVER, "cannot write %s: %s", download->part,
                        strerror(errno));
    r = evidence_read(transfer->cli, download->part, ret);
    *ret_good = r == CLI_OK && !strcmp(ret->sha256, download->sha256);
    return r;
}

int download(struct cli *cli, const struct download *download, struct evidence_file *ret)
{
    _cleanup_close_ int fd =
        open(download->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644);
    struct transfer transfer = {.cli = cli, .download = download, .fd = fd};
    struct stat st;
    bool resumed, good = false;
    int r = CLI_OK;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return cli_fail(cli, CLI_USAGE, "cannot write %s: %s", download->part,
                        fd < 0 ? strerror(errno) : "it is not a regular file");
    transfer.have = (uint64_t)st.st_size;
    if (transfer.have > download->size) /* of another file */
        transfer.have = 0;
    if (ftruncate(fd, (off_t)transfer.have) < 0 || lseek(fd, 0, SEEK_END) < 0)
        return cli_fail(cli, CLI_USAGE, "cannot write %s: %s", download->part, strerror(errno));
    resumed = transfer.have > 0;
    for (int attempt = 0; attempt < 2 && !good; attempt++) {
        if (transfer.have < download->size)
            r = fetch(&transfer);
        if (r == CLI_OK)
            r = check(&transfer, ret, &good);
        if (r != CLI_OK)
            return r;
        if (!good && !resumed)
            break;
        if (!good && (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0))
            return cli_fail(cli, CLI_USAGE, "cannot write %s: %s", download->part, strerror(errno));
        if (!good)
            transfer.have = 0;
    }
    if (good)
        return CLI_OK;
    unlink(download->part);
    return cli_fail(cli, CLI_UNVERIFIED,
                    "what %s sent is NOT the release: its SHA-256 is %s, not %s; nothing was kept",
                    cli->server, ret->sha256, download->sha256);
}
