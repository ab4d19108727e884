#include <assay/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Foreign names end up in sentences; a terminal must not obey what is in them. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

int assay_error_set(struct assay_error *err, int code, const char *format, ...)
{
    code = abs(code);
    if (err) {
        va_list args;

        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        make_printable(err->text);
        err->code = code;
    }
    return -code;
}

int assay_error_prefix(struct assay_error *err, const char *format, ...)
{
    char context[ASSAY_ERROR_TEXT], joined[2 * ASSAY_ERROR_TEXT];
    va_list args;

    if (!err)
        return -EIO;
    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    make_printable(context);
    snprintf(joined, sizeof(joined), "%s: %s", context, err->text);
    joined[ASSAY_ERROR_TEXT - 1] = '\0';
    memcpy(err->text, joined, ASSAY_ERROR_TEXT);
    return err->code ? -err->code : -EIO;
}
