#include "build/buildlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <assay/cleanup.h>
#include <assay/fs.h>
#include <assay/text.h>

struct buildlog {
    int fd;
    uint64_t size;
    bool cut;
};

int buildlog_open(const char *path, struct buildlog **ret, struct assay_error *err)
{
    _cleanup_free_ struct buildlog *log = calloc(1, sizeof(*log));
    struct stat st;

    if (!log)
        return assay_error_set(err, ENOMEM, "cannot open the log %s: out of memory", path);
    log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->fd < 0 || fstat(log->fd, &st) < 0)
        return assay_error_set(err, errno, "cannot open the log %s: %s", path, strerror(errno));
    log->size = (uint64_t)st.st_size;
    *ret = ASSAY_TAKE(log);
    return 0;
}

static void append(struct buildlog *log, const char *line, size_t len)
{
    static const char said[] = "assay: the log is cut here: it has reached 64 MiB\n";

    if (log->cut)
        return;
    if (log->size + len > BUILDLOG_MAX) {
        line = said;
        len = sizeof(said) - 1;
        log->cut = true;
    }
    if (assay_fs_write_all(log->fd, line, len) == 0)
        log->size += len;
}

void buildlog_line(struct buildlog *log, const char *text, size_t len)
{
    char line[8192];
    size_t n = assay_text_clean(text, len, line, sizeof(line) - 1);

    line[n] = '\n';
    append(log, line, n + 1);
}

void buildlog_say(struct buildlog *log, const char *format, ...)
{
    char text[2048];
    va_list args;
    int n = snprintf(text, sizeof(text), "assay: ");

    va_start(args, format);
    vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
    va_end(args);
    buildlog_line(log, text, strlen(text));
}

struct buildlog *buildlog_close(struct buildlog *log)
{
    if (log)
        close(log->fd);
    free(log);
    return NULL;
}
