/* The log of one attempt of a build: printable lines in a file of bounded size. */
#ifndef ASSAY_BUILD_BUILDLOG_H
#define ASSAY_BUILD_BUILDLOG_H

#include <assay/error.h>
#include <stddef.h>

#define BUILDLOG_MAX (64u << 20) /* bytes; then the log says that it was cut, and ends */

struct buildlog;

/* Opens `path` for appending: an attempt that is taken up again goes on in its log. */
int buildlog_open(const char *path, struct buildlog **ret, struct assay_error *err);

/* Adds a line (without its newline), made printable. A log that cannot be written (a full disk)
 * stops no build. */
void buildlog_line(struct buildlog *log, const char *text, size_t len);

/* Adds a line of Assay's own. */
void buildlog_say(struct buildlog *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct buildlog *buildlog_close(struct buildlog *log);

#endif
