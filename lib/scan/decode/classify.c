#include "scan/decode/classify.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define VECTORS 1
#else
#define VECTORS 0
#endif

int classify_base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

int classify_hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The sets of characters, in the order of struct classify_run. */
enum set { BASE64, FIRST, SECOND, THIRD, HEX, HEX_TEXT, HEX_ZERO, PACKED, SETS };

static bool is_in(enum set set, uint8_t c)
{
    int value = classify_base64_value(c);

    switch (set) {
    case BASE64:
        return value >= 0;
    case FIRST:
        return value >= 0 && !(value & 32);
    case SECOND:
        return value >= 0 && !(value & 8);
    case THIRD:
        return value >= 0 && !(value & 2);
    case HEX:
        return classify_hex_value(c) >= 0;
    case HEX_TEXT:
        return c >= '2' && c <= '7';
    case HEX_ZERO:
        return c == '0';
    case PACKED:
        return c == 'H' || c == 'e';
    default:
        return false;
    }
}

/* All sets are of ASCII from 0x20 on. `rows` holds for every low half of a byte one bit for each
 * high half from 2 to 7 with which it is in the set: one look-up in a vector of 16 bytes. */
struct tables {
    uint8_t sets[256];      /* bit n: in set number n */
    uint8_t rows[SETS][16]; /* see above */
    uint8_t row[16];        /* the bit of each high half */
    bool vectors;
};

static struct tables tables;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (unsigned c = 0; c < 256; c++)
        for (unsigned set = 0; set < SETS; set++) {
            if (!is_in((enum set)set, (uint8_t)c))
                continue;
            tables.sets[c] |= (uint8_t)(1u << set);
            tables.rows[set][c & 15] |= (uint8_t)(1u << ((c >> 4) - 2));
        }
    for (unsigned high = 2; high < 8; high++)
        tables.row[high] = (uint8_t)(1u << (high - 2));
#if VECTORS
    tables.vectors = __builtin_cpu_supports("avx2");
#endif
}

void classify_blocks_plainly(const uint8_t *data, size_t n, struct classify_block *ret)
{
    pthread_once(&once, make_tables);
    for (size_t i = 0; i < n; i++, data += CLASSIFY_BLOCK) {
        struct classify_block block = {0};

        for (unsigned bit = 0; bit < CLASSIFY_BLOCK; bit++) {
            uint8_t c = data[bit];

            block.base64 |= (uint64_t)(tables.sets[c] & 1) << bit;
            block.zero |= (uint64_t)(c == 0) << bit;
            block.escape |= (uint64_t)(c == '%' || c == '\\') << bit;
        }
        ret[i] = block;
    }
}

void classify_run_plainly(const uint8_t *data, struct classify_run *ret)
{
    uint64_t masks[SETS] = {0};

    pthread_once(&once, make_tables);
    for (unsigned bit = 0; bit < CLASSIFY_BLOCK; bit++)
        for (unsigned set = 0; set < SETS; set++)
            masks[set] |= (uint64_t)(tables.sets[data[bit]] >> set & 1) << bit;
    *ret = (struct classify_run){masks[BASE64], masks[FIRST],    masks[SECOND],   masks[THIRD],
                                 masks[HEX],    masks[HEX_TEXT], masks[HEX_ZERO], masks[PACKED]};
}

#if VECTORS

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

AVX2 static inline __m256i load(const uint8_t *data)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)data);
}

AVX2 static inline uint64_t mask(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

AVX2 static inline __m256i row_of(__m256i bytes, __m256i row)
{
    return _mm256_shuffle_epi8(row,
                               _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15)));
}

/* 0xff for every byte that is not in the set. A byte of 0x80 and more looks up a zero. */
AVX2 static inline __m256i not_in(__m256i bytes, __m256i row, __m256i rows)
{
    return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(rows, bytes), row),
                             _mm256_setzero_si256());
}

AVX2 static inline __m256i is_escape(__m256i bytes)
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('%')),
                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

AVX2 static void classify_blocks_avx2(const uint8_t *data, size_t n, struct classify_block *ret)
{
    const __m256i row = load_table(tables.row), rows = load_table(tables.rows[BASE64]),
                  zero = _mm256_setzero_si256();

    for (size_t i = 0; i < n; i++, data += CLASSIFY_BLOCK) {
        __m256i low = load(data), high = load(data + 32);

        ret[i].base64 =
            ~mask(not_in(low, row_of(low, row), rows), not_in(high, row_of(high, row), rows));
        ret[i].zero = mask(_mm256_cmpeq_epi8(low, zero), _mm256_cmpeq_epi8(high, zero));
        ret[i].escape = mask(is_escape(low), is_escape(high));
    }
}

AVX2 static void classify_run_avx2(const uint8_t *data, struct classify_run *ret)
{
    const __m256i row = load_table(tables.row), low = load(data), high = load(data + 32),
                  low_row = row_of(low, row), high_row = row_of(high, row);
    uint64_t masks[SETS];

    for (unsigned set = 0; set < SETS; set++) {
        __m256i rows = load_table(tables.rows[set]);

        masks[set] = ~mask(not_in(low, low_row, rows), not_in(high, high_row, rows));
    }
    *ret = (struct classify_run){masks[BASE64], masks[FIRST],    masks[SECOND],   masks[THIRD],
                                 masks[HEX],    masks[HEX_TEXT], masks[HEX_ZERO], masks[PACKED]};
}

#endif

void classify_blocks(const uint8_t *data, size_t n, struct classify_block *ret)
{
    pthread_once(&once, make_tables);
#if VECTORS
    if (tables.vectors) {
        classify_blocks_avx2(data, n, ret);
        return;
    }
#endif
    classify_blocks_plainly(data, n, ret);
}

void classify_run(const uint8_t *data, struct classify_run *ret)
{
#if VECTORS
    if (tables.vectors) {
        classify_run_avx2(data, ret);
        return;
    }
#endif
    classify_run_plainly(data, ret);
}
