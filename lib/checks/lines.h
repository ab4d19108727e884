/* A file's content line by line. */
#ifndef ASSAY_CHECKS_LINES_H
#define ASSAY_CHECKS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "checks/check.h"

/* A reader: begins as {0} with `content` set. */
struct lines {
    const struct check_content *content;
    size_t next;
    const char *line; /* without white space at both ends */
    size_t len;
};

/* Goes on to the next line that is not blank. False at the end. */
static inline bool lines_next(struct lines *lines)
{
    const struct check_content *content = lines->content;

    while (lines->next < content->len) {
        const char *line = (const char *)content->data + lines->next;
        size_t left = content->len - lines->next;
        const char *end = memchr(line, '\n', left);
        size_t len = end ? (size_t)(end - line) : left;

        lines->next += len + 1;
        for (; len && memchr(" \t\r", line[0], 3); len--)
            line++;
        while (len && memchr(" \t\r", line[len - 1], 3))
            len--;
        lines->line = line;
        lines->len = len;
        if (len)
            return true;
    }
    return false;
}

/* Where the line begins in the content. */
static inline int64_t lines_at(const struct lines *lines)
{
    return (const uint8_t *)lines->line - lines->content->data;
}

static inline bool lines_has(const struct lines *lines, const char *text)
{
    return memmem(lines->line, lines->len, text, strlen(text)) != NULL;
}

static inline bool lines_starts(const struct lines *lines, const char *text)
{
    return lines->len >= strlen(text) && memcmp(lines->line, text, strlen(text)) == 0;
}

#endif
