/* Streams, what fills them, and blocks. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <assay/clock.h>

#include "source/blocks.h"
#include "source/filler.h"
#include "source/hash.h"
#include "suite.h"

#define SIZE 300000

static uint8_t plain[SIZE], packed[SIZE];
static size_t packed_len;

/* A stream of `data` in pieces of `piece` bytes. */
struct pieces {
    struct stream stream;
    const uint8_t *data;
    size_t len, piece;
};

static int next_piece(struct stream *stream, const uint8_t **ret, size_t *ret_len,
                      struct assay_error *err)
{
    struct pieces *pieces = (struct pieces *)stream;

    (void)err;
    *ret = pieces->data;
    *ret_len = pieces->len < pieces->piece ? pieces->len : pieces->piece;
    pieces->data += *ret_len;
    pieces->len -= *ret_len;
    return *ret_len > 0;
}

static struct pieces pieces_of(const uint8_t *data, size_t len, size_t piece)
{
    return (struct pieces){{.next = next_piece}, data, len, piece};
}

static void set_up(void)
{
    struct isal_zstream z;

    for (size_t i = 0; i < SIZE; i++)
        plain[i] = (uint8_t)(i * i >> 7);
    isal_deflate_stateless_init(&z);
    z.gzip_flag = IGZIP_GZIP;
    z.next_in = plain;
    z.avail_in = SIZE;
    z.next_out = packed;
    z.avail_out = sizeof(packed);
    z.end_of_stream = 1;
    ck_assert_int_eq(isal_deflate_stateless(&z), COMP_OK);
    packed_len = z.total_out;
}

/* Reads all of `stream`; returns how it ended. */
static int drain(struct stream *stream, uint8_t *to, size_t *ret_len, struct assay_error *err)
{
    const uint8_t *data;
    size_t len;
    int r;

    *ret_len = 0;
    while ((r = stream->next(stream, &data, &len, err)) > 0) {
        ck_assert_uint_le(*ret_len + len, SIZE);
        memcpy(to + *ret_len, data, len);
        *ret_len += len;
    }
    return r;
}

START_TEST(gzip_comes_out_the_same_however_it_is_cut)
{
    static const size_t cuts[] = {1, 7, 4096, SIZE};
    static uint8_t out[SIZE];

    for (size_t i = 0; i < 2 * sizeof(cuts) / sizeof(*cuts); i++) {
        struct pieces in = pieces_of(packed, packed_len, cuts[i / 2]);
        struct filler_tail tail = FILLER_TAIL;
        struct assay_error err = {0};
        struct stream *stream;
        struct filler *filler;
        size_t len;

        ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
        if (i % 2)
            ck_assert_int_eq(stream_ring_new(filler, 3, 10000, &stream), 0);
        else
            ck_assert_int_eq(stream_direct_new(filler, 1000, &stream), 0);
        ck_assert_int_eq(drain(stream, out, &len, &err), 0);
        ck_assert_uint_eq(len, SIZE);
        ck_assert_int_eq(memcmp(out, plain, SIZE), 0);
        ck_assert_uint_eq(tail.data.len, 0);
        stream_close(stream);
    }
}
END_TEST

START_TEST(headers_of_later_members_are_handed_over)
{
    static const uint8_t empty[] = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0}; /* nothing, deflated; trailer */
    static const char named[] = "\x1f\x8b\x08\x1c\0\0\0\0\0\3"     /* extra field, name, comment */
                                "\7\0xx\3\0abcits-name\0a comment";
    static const char bgzip[] = "\x1f\x8b\x08\4\0\0\0\0\0\3\6\0BC\2\0\x1b";
    static uint8_t all[SIZE], out[SIZE];
    static const size_t cuts[] = {1, 5, 23, SIZE};
    size_t n = packed_len;

    memcpy(all, packed, n);
    memcpy(all + n, bgzip, sizeof(bgzip));
    memcpy(all + n + sizeof(bgzip), empty, sizeof(empty));
    n += sizeof(bgzip) + sizeof(empty);
    memcpy(all + n, named, sizeof(named));
    memcpy(all + n + sizeof(named), empty, sizeof(empty));
    n += sizeof(named) + sizeof(empty);
    memcpy(all + n, packed, packed_len);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
        struct pieces in = pieces_of(all, n, cuts[i]);
        struct filler_tail tail = FILLER_TAIL;
        struct assay_error err = {0};
        struct stream *stream;
        struct filler *filler;
        size_t len;

        ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
        ck_assert_int_eq(stream_direct_new(filler, 1000, &stream), 0);
        ck_assert_msg(drain(stream, out, &len, &err) == 0, "%s", err.text);
        ck_assert_uint_eq(len, SIZE);
        ck_assert_uint_eq(tail.data.len, 2 + 7 + 9 + 10);
        ck_assert_mem_eq(tail.data.data, "\7\0xx\3\0abcits-name\0a comment", 2 + 7 + 9 + 10);
        ck_assert_uint_eq(tail.lost, 0);
        filler_tail_free(&tail);
        stream_close(stream);
    }
}
END_TEST

START_TEST(gzip_that_is_cut_or_damaged_is_noticed)
{
    static uint8_t out[SIZE];

    for (size_t lost = 1; lost < 40; lost++) {
        struct pieces in = pieces_of(packed, packed_len - lost, 512);
        struct filler_tail tail = FILLER_TAIL;
        struct assay_error err = {0};
        struct stream *stream;
        struct filler *filler;
        size_t len;

        ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
        ck_assert_int_eq(stream_ring_new(filler, 3, 10000, &stream), 0);
        ck_assert_int_eq(drain(stream, out, &len, &err), -EBADMSG);
        ck_assert_uint_gt(len, SIZE / 2); /* what came before is still there */
        ck_assert_int_eq(memcmp(out, plain, len), 0);
        stream_close(stream);
    }
    packed[packed_len - 6] ^= 1; /* in the checksum */
    {
        struct pieces in = pieces_of(packed, packed_len, 512);
        struct filler_tail tail = FILLER_TAIL;
        struct assay_error err = {0};
        struct stream *stream;
        struct filler *filler;
        size_t len;

        ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
        ck_assert_int_eq(stream_direct_new(filler, 1000, &stream), 0);
        ck_assert_int_eq(drain(stream, out, &len, &err), -EBADMSG);
        ck_assert_ptr_nonnull(strstr(err.text, "checksum"));
        stream_close(stream);
    }
}
END_TEST

START_TEST(a_ring_can_be_closed_at_any_time)
{
    for (int reads = 0; reads < 5; reads++) {
        struct pieces in = pieces_of(packed, packed_len, 100);
        struct filler_tail tail = FILLER_TAIL;
        struct stream *stream;
        struct filler *filler;
        const uint8_t *data;
        size_t len;

        ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
        ck_assert_int_eq(stream_ring_new(filler, 2, 100, &stream), 0);
        for (int i = 0; i < reads; i++)
            ck_assert_int_eq(stream->next(stream, &data, &len, NULL), 1);
        stream_close(stream);
    }
}
END_TEST

START_TEST(limits_stop_a_filler)
{
    _Atomic uint64_t expanded = 0;
    struct pieces in = pieces_of(packed, packed_len, 512);
    struct filler_tail tail = FILLER_TAIL;
    struct filler_limits limits = {.expanded = &expanded,
                                   .max_expanded = 50000,
                                   .ratio = 1000,
                                   .floor = 1,
                                   .deadline = assay_clock_ms() + 100000};
    static uint8_t out[SIZE];
    struct filler *filler, *limited;
    struct assay_error err = {0};
    struct stream *stream;
    size_t len;

    ck_assert_int_eq(filler_gzip_new(&in.stream, &tail, &filler), 0);
    ck_assert_int_eq(filler_limit_new(filler, &limits, &limited), 0);
    ck_assert_int_eq(stream_direct_new(limited, 1000, &stream), 0);
    ck_assert_int_eq(drain(stream, out, &len, &err), -EFBIG);
    ck_assert_uint_ge(len, 50000);
    ck_assert_uint_le(len, 52000);
    stream_close(stream);
}
END_TEST

START_TEST(blocks_have_parts_and_holes)
{
    struct blocks *file = NULL, *part = NULL;
    int fd = memfd_create("blocks", MFD_CLOEXEC);
    uint64_t start, end;
    char text[4];

    ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
    ck_assert_int_eq(pwrite(fd, "here", 4, 500000), 4);
    ck_assert_int_eq(blocks_file_new(fd, true, &file, NULL), 0);
    ck_assert_int_eq(blocks_part_new(file, 400000, UINT64_MAX, &part), 0);
    ck_assert_uint_eq(part->size, (1 << 20) - 400000);
    ck_assert_int_eq(blocks_read(part, text, 4, 100000, NULL), 0);
    ck_assert_int_eq(memcmp(text, "here", 4), 0);
    ck_assert_int_eq(blocks_read(part, text, 4, part->size - 3, NULL), -EINVAL);
    ck_assert_int_eq(blocks_read(part, text, 4, UINT64_MAX, NULL), -EINVAL);
    ck_assert_int_eq(blocks_data(part, 0, &start, &end), 0);
    ck_assert_uint_le(start, 100000);
    ck_assert_uint_ge(end, 100004);
    ck_assert_int_eq(blocks_data(part, end, &start, &end), 0);
    ck_assert_uint_eq(start, part->size);
    blocks_close(part);
    blocks_close(file);
}
END_TEST

START_TEST(a_file_is_hashed_beside_and_on_the_way)
{
    char beside[ASSAY_SHA256_HEX], on_the_way[ASSAY_SHA256_HEX], whole[ASSAY_SHA256_HEX];
    int fd = memfd_create("artifact", MFD_CLOEXEC);
    static uint8_t out[SIZE];
    struct assay_error err = {0};
    struct source_hash *hash;
    struct filler *filler;
    struct stream *stream;
    uint64_t size;
    size_t len;

    ck_assert_int_eq(write(fd, plain, SIZE), SIZE);
    ck_assert_int_eq(source_hash_start(fd, &hash), 0);
    ck_assert_int_eq(source_hash_finish(hash, beside, &size, &err), 0);
    ck_assert_uint_eq(size, SIZE);
    ck_assert_int_eq(filler_file_new(fd, true, NULL, &filler), 0);
    ck_assert_int_eq(stream_ring_new(filler, 3, 7000, &stream), 0);
    ck_assert_int_eq(drain(stream, out, &len, &err), 0);
    ck_assert_int_eq(filler_file_digest(filler, on_the_way), 0);
    stream_close(stream);
    ck_assert_int_eq(assay_digest_file(fd, whole, NULL, NULL, &err), 0);
    ck_assert_str_eq(beside, whole);
    ck_assert_str_eq(on_the_way, whole);
    close(fd);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {gzip_comes_out_the_same_however_it_is_cut,
                                  headers_of_later_members_are_handed_over,
                                  gzip_that_is_cut_or_damaged_is_noticed,
                                  a_ring_can_be_closed_at_any_time,
                                  limits_stop_a_filler,
                                  blocks_have_parts_and_holes,
                                  a_file_is_hashed_beside_and_on_the_way,
                                  NULL};

    return suite_run("source", tests, set_up, NULL);
}
