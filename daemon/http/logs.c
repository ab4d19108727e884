/* GET /api/v1/builds/{id}/log: what a build said. A follower asks again with a Range from where it
 * stands; 416 tells it that nothing was added, and the size in its Content-Range. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "reply.h"
#include "routes.h"

enum MHD_Result logs_get(struct request *request)
{
    static const struct file_answer answer = {.type = "text/plain; charset=utf-8"};
    int64_t id = request_id(request, 0), attempt;
    struct assay_error err = {0};
    struct build build;
    struct stat stat;
    char path[PATH_MAX];
    int fd;

    if (store_build_get(request->app->store, id, &build, &err) < 0)
        return reply_error(request, &err);
    if (request_query_int(request, "attempt", 1, build.attempt, build.attempt, &attempt, &err) < 0)
        return reply_problem(request, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    app_log_path(request->app, id, (int)attempt, path, sizeof(path));
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    /* One that has not begun has an empty log, so that a follower can start before it does. */
    if (fd < 0 && errno == ENOENT && !build_state_final(build.state) && attempt == build.attempt)
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) < 0) {
        assay_error_set(&err, errno, "The log of build %" PRId64 ", attempt %" PRId64 ": %s.", id,
                        attempt, strerror(errno));
        if (fd >= 0)
            close(fd);
        return reply_error(request, &err);
    }
    return file_send(request, fd, S_ISREG(stat.st_mode) ? (uint64_t)stat.st_size : 0, &answer);
}
