/* Files in wsl.conf's form: [section], key=value, comments from "#" on. */
#ifndef ASSAY_CHECKS_INI_H
#define ASSAY_CHECKS_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reader: begins with `data` and `left` set, all else zero. */
struct ini {
    const uint8_t *data;
    size_t left;
    int line;         /* of the key, 1-based */
    char section[64]; /* lower case, cut */
    char key[192];    /* "section.key", lower case, cut */
    char value[1024]; /* without quotes and white space around it, cut */
};

/* Goes on to the next key. False at the end. */
bool ini_next(struct ini *ini);

#endif
