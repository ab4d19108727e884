/* Blocks over NBD, from a real qemu-nbd: every byte, in whatever order, and a server that dies. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/fs.h>

#include "source/blocks.h"
#include "suite.h"

#define SIZE ((size_t)24 << 20)
#define HOLE ((size_t)8 << 20) /* bytes of the middle that are a hole */
#define READS 3000

static char folder[] = "/tmp/assay-test-XXXXXX";
static uint8_t *content;
static pid_t server;

/* The content in a qcow2, served. */
static struct blocks *open_disk(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct assay_error err = {0};
    struct blocks *blocks = NULL;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), connected;
    char path[128];

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
    snprintf(path, sizeof(path), "%s/disk", folder);
    unlink(address.sun_path);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    server = fork();
    if (server == 0) {
        char text[16];

        snprintf(text, sizeof(text), "%d", getpid());
        setenv("LISTEN_PID", text, 1);
        setenv("LISTEN_FDS", "1", 1);
        dup2(listener, 3);
        execlp("qemu-nbd", "qemu-nbd", "--read-only", "-f", "qcow2", path, NULL);
        _exit(127);
    }
    connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(connected, (struct sockaddr *)&address, sizeof(address)), 0);
    close(listener);
    ck_assert_msg(blocks_nbd_new(connected, &blocks, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(blocks->size, SIZE);
    return blocks;
}

static void close_disk(struct blocks *blocks)
{
    blocks_close(blocks);
    ck_assert_int_eq(waitpid(server, NULL, 0), server);
}

static void compare(struct blocks *blocks, uint8_t *data, size_t offset, size_t len)
{
    struct assay_error err = {0};

    ck_assert_msg(blocks_read(blocks, data, len, offset, &err) == 0, "%s", err.text);
    ck_assert_msg(memcmp(data, content + offset, len) == 0, "%zu bytes at %zu", len, offset);
}

START_TEST(every_byte_in_order)
{
    struct blocks *blocks = open_disk();
    uint8_t *data = malloc(SIZE);
    uint64_t start, end, shown = 0;

    for (uint64_t at = 0; at < SIZE; at = end) {
        ck_assert_int_eq(blocks_data(blocks, at, &start, &end), 0);
        ck_assert(start == at || (!content[at] && memcmp(content + at, content + at + 1,
                                                         (size_t)(start - at) - 1) == 0));
        for (uint64_t piece = start; piece < end; piece += 100000)
            compare(blocks, data, piece, end - piece < 100000 ? (size_t)(end - piece) : 100000);
        shown += end - start;
    }
    ck_assert_uint_eq(shown, SIZE - HOLE);
    compare(blocks, data, 0, SIZE);
    free(data);
    close_disk(blocks);
}
END_TEST

/* Questions about holes in between take their answers from the same socket. */
START_TEST(here_and_there)
{
    struct blocks *blocks = open_disk();
    uint8_t *data = malloc(SIZE);

    srand(7);
    for (unsigned i = 0; i < READS; i++) {
        size_t offset = (size_t)rand() % (SIZE - 1), len = (size_t)rand() % 300000 + 1;
        uint64_t start, end;

        compare(blocks, data, offset, len < SIZE - offset ? len : SIZE - offset);
        if (i % 3 == 0)
            ck_assert_int_eq(blocks_data(blocks, (size_t)rand() % SIZE, &start, &end), 0);
    }
    free(data);
    close_disk(blocks);
}
END_TEST

START_TEST(a_server_that_dies)
{
    struct blocks *blocks = open_disk();
    struct assay_error err = {0};
    uint8_t *data = malloc(SIZE);
    uint64_t start, end;

    compare(blocks, data, 0, 1000);
    kill(server, SIGKILL);
    ck_assert_int_eq(blocks_read(blocks, data, SIZE, 0, &err), -EBADMSG);
    ck_assert(*err.text);
    ck_assert_int_eq(blocks_read(blocks, data, 10, SIZE - 10, &err), -EBADMSG);
    ck_assert_int_eq(blocks_data(blocks, 0, &start, &end), 0);
    ck_assert_uint_eq(end, SIZE);
    free(data);
    close_disk(blocks);
}
END_TEST

static void make_disk(void)
{
    char command[512];

    content = calloc(1, SIZE);
    srand(3);
    for (size_t i = 0; content && i < SIZE; i++)
        if (i < (SIZE - HOLE) / 2 || i >= (SIZE + HOLE) / 2)
            content[i] = (uint8_t)rand();
    snprintf(command, sizeof(command), "%s/raw", folder);
    if (!content || assay_fs_write_file(command, content, SIZE, 0600, NULL) < 0)
        abort();
    snprintf(command, sizeof(command), "cd %s && qemu-img convert -f raw -O qcow2 raw disk",
             folder);
    if (system(command) != 0)
        abort();
}

int main(void)
{
    const TTest *const tests[] = {every_byte_in_order, here_and_there, a_server_that_dies, NULL};
    int failed;

    if (!mkdtemp(folder))
        return 1;
    make_disk();
    failed = suite_run("source_nbd", tests, NULL, NULL);
    free(content);
    assay_fs_remove_tree(folder, NULL);
    return failed;
}
