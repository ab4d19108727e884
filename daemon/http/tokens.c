/* /api/v1/tokens: who may do what. A token is shown once, in the answer to its making. */
#include "reply.h"
#include "routes.h"

enum MHD_Result tokens_list(struct request *request)
{
    struct assay_error err = {0};
    json_t *list = NULL;

    if (store_tokens_json(request->app->store, &list, &err) < 0)
        return reply_error(request, &err);
    return reply_json(request, MHD_HTTP_OK, list);
}

enum MHD_Result tokens_create(struct request *request)
{
    _cleanup_json_ json_t *body = NULL;
    struct assay_error err = {0};
    char token[STORE_TOKEN_SIZE];
    enum role role = ROLE_NONE;
    const char *name;

    if (request_json(request, "api-token", &body, &err) < 0)
        return reply_error(request, &err);
    name = assay_json_string(body, "name", "");
    if (role_parse(assay_json_string(body, "role", ""), &role) < 0)
        return reply_problem(request, MHD_HTTP_UNPROCESSABLE_CONTENT,
                             "The role must be read, trigger, approve or admin.");
    if (store_token_create(request->app->store, name, role, token, &err) < 0)
        return reply_error(request, &err);
    return reply_json(
        request, MHD_HTTP_CREATED,
        json_pack("{s:s, s:s, s:s}", "name", name, "role", role_name(role), "token", token));
}

enum MHD_Result tokens_revoke(struct request *request)
{
    struct assay_error err = {0};

    if (store_token_revoke(request->app->store, request->params[0], &err) < 0)
        return reply_error(request, &err);
    return reply_nothing(request);
}
