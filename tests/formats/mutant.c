#include "formats/mutant.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define SHIFTED_MAX ((size_t)1 << 20) /* files up to here lose and gain bytes in their middle */
#define BLOCK_MAX 4096
#define EDITS_MAX 8

static void need(bool there, const char *what)
{
    if (there)
        return;
    perror(what);
    exit(2);
}

/* splitmix64, by S. Vigna: https://prng.di.unimi.it/splitmix64.c */
uint64_t mutant_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static size_t below(struct mutant *m, size_t end)
{
    return end ? (size_t)(mutant_random(&m->random) % end) : 0;
}

static bool is_zeros(const uint8_t *data, size_t len)
{
    return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

/* Writes what the original holds from `start` on into what is a hole now. */
static void write_rest(struct mutant *m, size_t start)
{
    size_t low = 0, high = m->n_sectors, n;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if ((size_t)m->sectors[middle] < start / SECTOR)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < m->n_sectors; i += n) {
        size_t at = (size_t)m->sectors[i] * SECTOR, len;

        for (n = 1; i + n < m->n_sectors && m->sectors[i + n] == m->sectors[i] + n;)
            n++;
        len = m->size - at < n * SECTOR ? m->size - at : n * SECTOR;
        need(pwrite(m->fd, m->original + at, len, (off_t)at) == (ssize_t)len, "pwrite");
    }
}

void mutant_rewrite(struct mutant *m)
{
    need(ftruncate(m->fd, 0) == 0 && ftruncate(m->fd, (off_t)m->size) == 0, "ftruncate");
    write_rest(m, 0);
    m->length = m->size;
    m->n_spans = 0;
}

void mutant_open(struct mutant *m, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *map;

    need(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0, path);
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    need(map != MAP_FAILED, "mmap");
    close(fd);
    *m = (struct mutant){.original = map, .size = (size_t)st.st_size};
    m->fd = memfd_create("artifact", 0); /* inherited by qemu-nbd */
    m->sectors = malloc((m->size / SECTOR + 1) * sizeof(*m->sectors));
    need(m->fd >= 0 && m->sectors, "memory");
    for (size_t at = 0; at < m->size; at += SECTOR)
        if (!is_zeros(m->original + at, m->size - at < SECTOR ? m->size - at : SECTOR))
            m->sectors[m->n_sectors++] = (uint32_t)(at / SECTOR);
    mutant_rewrite(m);
}

void mutant_close(struct mutant *m)
{
    munmap((void *)(uintptr_t)m->original, m->size);
    close(m->fd);
    free(m->sectors);
}

/* [start, end) of the original again; whole sectors of zeros become holes. */
static void restore_span(struct mutant *m, size_t start, size_t end)
{
    end = end < m->size ? end : m->size;
    for (size_t at = start / SECTOR * SECTOR; at < end; at += SECTOR) {
        size_t len = m->size - at < SECTOR ? m->size - at : SECTOR;
        uint8_t now[SECTOR];

        need(pread(m->fd, now, len, (off_t)at) == (ssize_t)len, "pread");
        if (memcmp(now, m->original + at, len) != 0)
            need(pwrite(m->fd, m->original + at, len, (off_t)at) == (ssize_t)len, "pwrite");
    }
}

void mutant_restore(struct mutant *m)
{
    size_t cut = m->length < m->size ? m->length : m->size;

    if (m->n_spans && m->spans[0].end == SIZE_MAX) {
        mutant_rewrite(m);
        return;
    }
    need(ftruncate(m->fd, (off_t)m->size) == 0, "ftruncate");
    if (cut < m->size)
        write_rest(m, cut);
    for (size_t i = 0; i < m->n_spans; i++)
        restore_span(m, m->spans[i].start, m->spans[i].end);
    m->length = m->size;
    m->n_spans = 0;
}

/* Writes what of it lies within the file. */
static void put(struct mutant *m, size_t at, const void *data, size_t len)
{
    if (at >= m->length)
        return;
    len = len < m->length - at ? len : m->length - at;
    need(pwrite(m->fd, data, len, (off_t)at) == (ssize_t)len, "pwrite");
    if (m->n_spans == MUTANT_SPANS) {
        m->spans[0] = (struct mutant_span){0, SIZE_MAX};
        return;
    }
    m->spans[m->n_spans++] = (struct mutant_span){at, at + len};
}

static size_t get(const struct mutant *m, size_t at, void *ret, size_t len)
{
    ssize_t n = pread(m->fd, ret, len, (off_t)at);

    need(n >= 0, "pread");
    return (size_t)n;
}

/* Where damage may do something: mostly among bytes that mean something, often near the start. */
static size_t place(struct mutant *m)
{
    switch (below(m, 8)) {
    case 0:
        return below(m, m->length);
    case 1:
    case 2:
        return below(m, m->length < 4096 ? m->length : 4096);
    default:
        return m->n_sectors ? (size_t)m->sectors[below(m, m->n_sectors)] * SECTOR + below(m, SECTOR)
                            : below(m, m->length);
    }
}

static void flip_bit(struct mutant *m)
{
    size_t at = place(m);
    uint8_t byte = 0;

    get(m, at, &byte, 1);
    byte ^= (uint8_t)(1u << below(m, 8));
    put(m, at, &byte, 1);
}

static void set_byte(struct mutant *m)
{
    uint8_t byte = (uint8_t)below(m, 256);

    put(m, place(m), &byte, 1);
}

static void add_noise(struct mutant *m)
{
    uint8_t noise[64];
    size_t len = 1 + below(m, sizeof(noise));

    for (size_t i = 0; i < len; i++)
        noise[i] = (uint8_t)below(m, 256);
    put(m, place(m), noise, len);
}

/* A number of 1 to 8 bytes, of either order, becomes one of those that break arithmetic. */
static void set_extreme(struct mutant *m)
{
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      0x7f,
                                      0x80,
                                      0xff,
                                      0x7fff,
                                      0x8000,
                                      0xffff,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0xfffffffe,
                                      0xfffff000,
                                      0x100000000,
                                      INT64_MAX,
                                      UINT64_MAX,
                                      (uint64_t)INT64_MAX + 1,
                                      1u << 20,
                                      1u << 30,
                                      1ull << 40,
                                      1ull << 56,
                                      UINT64_MAX - 4095};
    size_t width = (size_t)1 << below(m, 4), at = place(m);
    uint64_t value = values[below(m, sizeof(values) / sizeof(*values))];
    bool big = below(m, 2);
    uint8_t bytes[8];

    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * (big ? width - 1 - i : i));
    put(m, below(m, 4) ? at / width * width : at, bytes, width);
}

/* A number becomes a little more or less. */
static void nudge(struct mutant *m)
{
    size_t at = place(m);
    uint8_t byte = 0;

    get(m, at, &byte, 1);
    byte = (uint8_t)(byte + 1 + below(m, 8) - 4);
    put(m, at, &byte, 1);
}

/* Numbers in text, as tar, cpio and ar have them. */
static void set_digits(struct mutant *m)
{
    static const char digits[] = "0179fF-+ ";
    size_t at = place(m), n;
    uint8_t text[512];

    n = get(m, at, text, sizeof(text));
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;

        while (i + len < n && text[i + len] >= '0' && text[i + len] <= '9')
            len++;
        if (len < 3)
            continue;
        memset(text + i, digits[below(m, sizeof(digits) - 1)], len);
        put(m, at + i, text + i, len);
        return;
    }
    set_byte(m);
}

static size_t block_size(struct mutant *m)
{
    static const size_t sizes[] = {4, 16, 60, 128, 512, 1024, 4096};

    return sizes[below(m, sizeof(sizes) / sizeof(*sizes))];
}

static void swap_blocks(struct mutant *m)
{
    size_t size = block_size(m), a = place(m) / size * size, b = place(m) / size * size;
    uint8_t first[BLOCK_MAX], second[BLOCK_MAX];
    size_t n = get(m, a, first, size), n2 = get(m, b, second, size);

    n = n < n2 ? n : n2;
    put(m, a, second, n);
    put(m, b, first, n);
}

static void copy_block(struct mutant *m)
{
    size_t size = block_size(m);
    uint8_t block[BLOCK_MAX];
    size_t n = get(m, place(m) / size * size, block, size);

    put(m, place(m) / size * size, block, n);
}

static void clear_block(struct mutant *m)
{
    static const uint8_t zeros[BLOCK_MAX];
    size_t size = block_size(m);

    put(m, place(m) / size * size, zeros, size);
}

/* Bytes go missing, or stand there twice: all that follows moves. */
static void move_rest(struct mutant *m)
{
    size_t at = place(m), by = block_size(m), rest;
    bool away = below(m, 2);
    uint8_t *data;

    if (m->length > SHIFTED_MAX || at >= m->length || (away && by > m->length - at))
        return;
    if (!away && m->length + by > SHIFTED_MAX)
        return;
    rest = m->length - at - (away ? by : 0);
    data = malloc(rest + 1);
    need(data, "memory");
    get(m, away ? at + by : at, data, rest);
    m->length += away ? 0 : by;
    need(ftruncate(m->fd, (off_t)m->length) == 0, "ftruncate");
    put(m, away ? at : at + by, data, rest);
    if (away) {
        m->length -= by;
        need(ftruncate(m->fd, (off_t)m->length) == 0, "ftruncate");
    }
    free(data);
}

static void cut(struct mutant *m)
{
    size_t n = below(m, 4) ? place(m) : below(m, m->length);

    n -= below(m, 2) ? n % SECTOR : 0; /* where tar's headers begin, and file systems' blocks */
    if (below(m, 8) == 0)
        n = m->length - 1 - below(m, m->length < 64 ? m->length : 64);
    m->length = n < m->length ? n : m->length;
    need(ftruncate(m->fd, (off_t)m->length) == 0, "ftruncate");
}

bool mutant_make(struct mutant *m, uint64_t seed)
{
    static void (*const edits[])(struct mutant *) = {
        flip_bit, flip_bit,   set_byte,    set_byte,   add_noise,   set_extreme, set_extreme,
        nudge,    set_digits, swap_blocks, copy_block, clear_block, move_rest,
    };
    size_t n;

    m->random = seed;
    if (below(m, 8) == 0) {
        cut(m);
        return !is_zeros(m->original + m->length, m->size - m->length);
    }
    n = below(m, 3) ? 1 + below(m, 2) : 1 + below(m, EDITS_MAX);
    for (size_t i = 0; i < n; i++)
        edits[below(m, sizeof(edits) / sizeof(*edits))](m);
    if (below(m, 12) == 0)
        cut(m);
    return false;
}
