/* GET /keys/minisign.pub: what signatures are checked with. Never needs a token. */
#include <string.h>

#include "build/signer.h"
#include "reply.h"
#include "routes.h"

enum MHD_Result keys_minisign(struct request *request)
{
    struct assay_minisign_public key;
    char text[256];

    if (!request->app->signer)
        return reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                             "The signer does not run; see the daemon's messages.");
    signer_public(request->app->signer, &key);
    assay_minisign_public_format(&key, text);
    return reply_bytes(request, MHD_HTTP_OK, "text/plain; charset=utf-8", strdup(text),
                       strlen(text));
}
