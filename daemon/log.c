#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/text.h>

/* One write(2) for a line, so that lines of several threads do not mix. */
__attribute__((format(printf, 3, 0))) static void say(int priority, const char *prefix,
                                                      const char *format, va_list args)
{
    char text[2048], clean[2048], line[2200];
    int n;

    vsnprintf(text, sizeof(text), format, args);
    assay_text_clean(text, strlen(text), clean, sizeof(clean));
    if (getenv("JOURNAL_STREAM"))
        n = snprintf(line, sizeof(line), "<%d>%s\n", priority, clean);
    else
        n = snprintf(line, sizeof(line), "assayd: %s%s\n", prefix, clean);
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nobody is left to be told */
}

void log_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(6, "", format, args);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(4, "warning: ", format, args);
    va_end(args);
}

void log_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(3, "error: ", format, args);
    va_end(args);
}
