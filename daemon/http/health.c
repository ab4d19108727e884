/* GET /healthz: does the process answer? GET /readyz: can it do its work? */
#include <sys/statvfs.h>
#include <unistd.h>

#include "build/signer.h"
#include "reply.h"
#include "routes.h"

/* Below this the state cannot be relied on to be written. */
#define DISK_MIN ((uint64_t)16 << 20)

enum MHD_Result health_live(struct request *request)
{
    return reply_json(request, MHD_HTTP_OK,
                      json_pack("{s:s, s:s}", "status", "ok", "version", ASSAY_VERSION));
}

static bool disk_writable(const char *dir)
{
    struct statvfs stat;

    return access(dir, W_OK) == 0 && statvfs(dir, &stat) == 0 &&
           (uint64_t)stat.f_bavail * stat.f_frsize >= DISK_MIN;
}

enum MHD_Result health_ready(struct request *request)
{
    const struct app *app = request->app;
    struct store_counts counts;
    bool store = store_counts(app->store, &counts, NULL) == 0;
    bool signer = app->signer && signer_alive(app->signer);
    bool state = disk_writable(app->config->state_dir);
    bool work = disk_writable(app->config->work_dir);
    bool ready = store && signer && state && work;

    /* Whether builds are isolated is told, but it is no reason not to work. */
    return reply_json(request, ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
                      json_pack("{s:s, s:b, s:{s:b, s:b, s:b, s:b}}", "status",
                                ready ? "ready" : "not ready", "isolated", app->isolated, "checks",
                                "store", store, "signer", signer, "state_dir", state, "work_dir",
                                work));
}
