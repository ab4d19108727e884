#include <assay/clock.h>
#include <stdlib.h>

#include "image/tsk/tsk.h"

static ssize_t source_read(TSK_IMG_INFO *img, TSK_OFF_T offset, char *data, size_t len)
{
    struct tsk_source *source = (struct tsk_source *)img;
    struct blocks *blocks = source->blocks;
    uint64_t at = (uint64_t)offset;

    if (assay_clock_ms() > source->deadline || offset < 0 || at >= blocks->size)
        return -1;
    len = len < blocks->size - at ? len : (size_t)(blocks->size - at);
    return blocks_read(blocks, data, len, at, NULL) < 0 ? -1 : (ssize_t)len;
}

static void source_close(TSK_IMG_INFO *img)
{
    (void)img; /* freed by tsk_source_free() */
}

static void source_stat(TSK_IMG_INFO *img, FILE *file)
{
    (void)img;
    (void)file;
}

struct tsk_source *tsk_source_new(struct blocks *blocks, unsigned sector, uint64_t deadline)
{
    struct tsk_source *source = calloc(1, sizeof(*source));

    if (!source)
        return NULL;
    source->blocks = blocks;
    source->deadline = deadline;
    if (!tsk_img_open_external(source, (TSK_OFF_T)blocks->size, sector, source_read, source_close,
                               source_stat)) {
        free(source);
        return NULL;
    }
    return source;
}

struct tsk_source *tsk_source_free(struct tsk_source *source)
{
    if (source)
        tsk_img_close(&source->img);
    free(source);
    return NULL;
}

const char *tsk_source_error(void)
{
    const char *text = tsk_error_get();

    return text ? text : "no reason given";
}
