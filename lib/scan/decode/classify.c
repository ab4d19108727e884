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

/* clang-format off */
const int16_t classify_base64_values[256] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};

const int16_t classify_hex_values[256] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
     0,  1,  2,  3,  4,  5,  6,  7,  8,  9, -1, -1, -1, -1, -1, -1,
    -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};
/* clang-format on */

static bool is_in(enum classify_set set, uint8_t c)
{
    int value = classify_base64_values[c];

    switch (set) {
    case CLASSIFY_BASE64:
        return value >= 0;
    case CLASSIFY_FIRST:
        return value >= 0 && !(value & 32);
    case CLASSIFY_SECOND:
        return value >= 0 && !(value & 8);
    case CLASSIFY_THIRD:
        return value >= 0 && !(value & 2);
    case CLASSIFY_HEX:
        return classify_hex_values[c] >= 0;
    case CLASSIFY_HEX_TEXT:
        return c >= '2' && c <= '7';
    case CLASSIFY_HEX_ZERO:
        return c == '0';
    case CLASSIFY_TEXT:
        return c >= 0x20 && c < 0x7f;
    case CLASSIFY_ESCAPED:
        return c && (classify_hex_values[c] >= 1 || strchr("xuU\"/", c));
    default:
        return false;
    }
}

/* All sets are of ASCII from 0x20 on. `rows` holds for every low half of a byte one bit for each
 * high half from 2 to 7 with which it is in the set, and `row` those bits: a byte is in the set
 * when what its halves look up in these has a bit in common. */
struct tables {
    uint16_t sets[256]; /* bit n: in set number n */
    uint8_t rows[CLASSIFY_SETS][16];
    uint8_t row[16];
    bool vectors;
};

static struct tables tables;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (unsigned c = 0; c < 256; c++)
        for (unsigned set = 0; set < CLASSIFY_SETS; set++) {
            if (!is_in((enum classify_set)set, (uint8_t)c))
                continue;
            tables.sets[c] |= (uint16_t)(1u << set);
            tables.rows[set][c & 15] |= (uint8_t)(1u << ((c >> 4) - 2));
        }
    for (unsigned high = 2; high < 8; high++)
        tables.row[high] = (uint8_t)(1u << (high - 2));
#if VECTORS
    tables.vectors = __builtin_cpu_supports("avx2");
#endif
}

/* Sixteen bits in a row in the mask, or perhaps over its end. */
static bool has_run(const uint64_t masks[2])
{
    uint64_t run = masks[0];

    for (unsigned n = 1; n < 16; n *= 2)
        run &= run >> n;
    return run || (masks[0] >> 56 == 0xff && masks[1] & 1) ||
           ((masks[1] & 0xff) == 0xff && masks[0] >> 63);
}

/* Sixteen bytes in a row hold eight aligned ones. */
static bool alternates(uint64_t mask)
{
    for (unsigned n = 0; n < 64; n += 8)
        if ((mask >> n & 0xff) == 0x55 || (mask >> n & 0xff) == 0xaa)
            return true;
    return false;
}

static void plain_masks(const uint8_t *data, size_t i, struct classify_group *ret,
                        uint64_t escaped[])
{
    ret->base64[i] = ret->zero[i] = ret->escape[i] = escaped[i] = 0;
    for (unsigned bit = 0; bit < CLASSIFY_BLOCK; bit++) {
        uint8_t c = data[bit];

        ret->base64[i] |= (uint64_t)(classify_base64_values[c] >= 0) << bit;
        ret->zero[i] |= (uint64_t)(c == 0) << bit;
        ret->escape[i] |= (uint64_t)(c == '%' || c == '\\') << bit;
        escaped[i] |= (uint64_t)(tables.sets[c] >> CLASSIFY_ESCAPED & 1) << bit;
    }
}

void classify_group_plainly(const uint8_t *data, size_t n, struct classify_group *ret)
{
    uint64_t escaped[CLASSIFY_MASKS];

    pthread_once(&once, make_tables);
    ret->runs = ret->alternating = ret->escapes = 0;
    for (size_t i = 0; i <= n; i++)
        plain_masks(data + i * CLASSIFY_BLOCK, i, ret, escaped);
    for (size_t i = 0; i < n; i++) {
        ret->escape[i] &= classify_shift(escaped + i, 1);
        ret->runs |= (uint64_t)has_run(ret->base64 + i) << i;
        ret->alternating |= (uint64_t)(alternates(ret->zero[i]) || alternates(ret->zero[i + 1]))
                            << i;
        ret->escapes |= (uint64_t)(ret->escape[i] != 0) << i;
    }
}

void classify_set_plainly(const uint8_t *data, enum classify_set set, uint64_t ret[2])
{
    pthread_once(&once, make_tables);
    ret[0] = ret[1] = 0;
    for (unsigned bit = 0; bit < 2 * CLASSIFY_BLOCK; bit++)
        ret[bit / 64] |= (uint64_t)(tables.sets[data[bit]] >> set & 1) << (bit % 64);
}

#if VECTORS

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const void *data)
{
    return _mm256_loadu_si256(data);
}

AVX2 static inline __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table));
}

AVX2 static inline uint64_t mask(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

/* What the high halves of bytes look up. */
AVX2 static inline __m256i rows_of(__m256i bytes, __m256i row)
{
    return _mm256_shuffle_epi8(row,
                               _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15)));
}

/* 0xff for every byte that is not in the set. A byte of 0x80 and more looks up a zero. */
AVX2 static inline __m256i not_in(__m256i bytes, __m256i bits, __m256i rows)
{
    return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(rows, bytes), bits),
                             _mm256_setzero_si256());
}

AVX2 static inline __m256i is_escape(__m256i bytes)
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('%')),
                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

/* Of four masks, a bit for each that is not all zeros. */
AVX2 static inline uint64_t non_zero(__m256i masks)
{
    return (uint64_t)_mm256_movemask_pd(
               _mm256_castsi256_pd(_mm256_cmpeq_epi64(masks, _mm256_setzero_si256()))) ^
           15;
}

/* has_run() and alternates() of four masks and the ones behind each. */
AVX2 static inline __m256i have_run(const uint64_t *masks)
{
    const __m256i byte = _mm256_set1_epi64x(0xff), one = _mm256_set1_epi64x(1);
    __m256i run = load(masks), next = load(masks + 1), first, second;

    first = _mm256_and_si256(_mm256_cmpeq_epi64(_mm256_srli_epi64(run, 56), byte),
                             _mm256_and_si256(next, one));
    second = _mm256_and_si256(_mm256_cmpeq_epi64(_mm256_and_si256(next, byte), byte),
                              _mm256_srli_epi64(run, 63));
    for (int n = 1; n < 16; n *= 2)
        run = _mm256_and_si256(run, _mm256_srli_epi64(run, n));
    return _mm256_or_si256(run, _mm256_or_si256(first, second));
}

AVX2 static inline __m256i alternate(const uint64_t *masks)
{
    const __m256i even = _mm256_set1_epi8(0x55), odd = _mm256_set1_epi8((char)0xaa);
    __m256i here = load(masks), next = load(masks + 1);

    return _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(here, even), _mm256_cmpeq_epi8(here, odd)),
        _mm256_or_si256(_mm256_cmpeq_epi8(next, even), _mm256_cmpeq_epi8(next, odd)));
}

/* Escapes that are one by what follows them, and the masks of whole blocks. */
AVX2 static void summarize(size_t n, struct classify_group *ret, const uint64_t escaped[])
{
    uint64_t all = n < CLASSIFY_GROUP ? (1ull << n) - 1 : UINT64_MAX;

    ret->runs = ret->alternating = ret->escapes = 0;
    for (size_t i = 0; i < n; i += 4) {
        __m256i next = _mm256_or_si256(_mm256_srli_epi64(load(escaped + i), 1),
                                       _mm256_slli_epi64(load(escaped + i + 1), 63)),
                escape = _mm256_and_si256(load(ret->escape + i), next);

        _mm256_storeu_si256((void *)(ret->escape + i), escape);
        ret->escapes |= non_zero(escape) << i;
        ret->runs |= non_zero(have_run(ret->base64 + i)) << i;
        ret->alternating |= non_zero(alternate(ret->zero + i)) << i;
    }
    ret->runs &= all;
    ret->alternating &= all;
    ret->escapes &= all;
}

AVX2 static void classify_group_avx2(const uint8_t *data, size_t n, struct classify_group *ret)
{
    const __m256i row = load_table(tables.row), base64 = load_table(tables.rows[CLASSIFY_BASE64]),
                  follows = load_table(tables.rows[CLASSIFY_ESCAPED]),
                  zero = _mm256_setzero_si256();
    uint64_t escaped[CLASSIFY_MASKS];

    for (size_t i = 0; i <= n; i++, data += CLASSIFY_BLOCK) {
        __m256i low = load(data), high = load(data + 32), low_rows = rows_of(low, row),
                high_rows = rows_of(high, row);

        ret->base64[i] = ~mask(not_in(low, low_rows, base64), not_in(high, high_rows, base64));
        ret->zero[i] = mask(_mm256_cmpeq_epi8(low, zero), _mm256_cmpeq_epi8(high, zero));
        ret->escape[i] = mask(is_escape(low), is_escape(high));
        escaped[i] = ~mask(not_in(low, low_rows, follows), not_in(high, high_rows, follows));
    }
    for (size_t i = n + 1; i < CLASSIFY_MASKS && i <= n + 4; i++)
        ret->base64[i] = ret->zero[i] = ret->escape[i] = escaped[i] = 0;
    summarize(n, ret, escaped);
}

AVX2 static void classify_set_avx2(const uint8_t *data, enum classify_set set, uint64_t ret[2])
{
    const __m256i row = load_table(tables.row), rows = load_table(tables.rows[set]);
    __m256i not [4];

    for (int i = 0; i < 4; i++) {
        __m256i bytes = load(data + 32 * i);

        not [i] = not_in(bytes, rows_of(bytes, row), rows);
    }
    ret[0] = ~mask(not [0], not [1]);
    ret[1] = ~mask(not [2], not [3]);
}

#else

#define classify_group_avx2 classify_group_plainly
#define classify_set_avx2 classify_set_plainly

#endif

void classify_group(const uint8_t *data, size_t n, struct classify_group *ret)
{
    pthread_once(&once, make_tables);
    (tables.vectors ? classify_group_avx2 : classify_group_plainly)(data, n, ret);
}

void classify_set(const uint8_t *data, enum classify_set set, uint64_t ret[2])
{
    (tables.vectors ? classify_set_avx2 : classify_set_plainly)(data, set, ret);
}
