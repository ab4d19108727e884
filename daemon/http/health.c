/* GET /healthz. */
#include "reply.h"
#include "routes.h"

enum MHD_Result health_live(struct request *request)
{
    return reply_json(request, MHD_HTTP_OK,
                      json_pack("{s:s, s:s}", "status", "ok", "version", ASSAY_VERSION));
}
