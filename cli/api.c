#include "api.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "origin.h"
#include "token.h"

#define REDIRECTS_MAX 5
#define PROBLEM_MAX (64u << 10) /* bytes of an error's body that are read */

struct api {
    CURL *curl;
    char error[CURL_ERROR_SIZE];
};

/* One exchange, as the callbacks see it. */
struct exchange {
    const struct api_request *request;
    CURL *curl;
    struct assay_buf *reply;
    struct assay_buf problem;
    bool begun;
    bool too_long; /* the body was longer than its bound */
};

static void slistp(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

char *api_path(const char *format, ...)
{
    _cleanup_buf_ struct assay_buf path = ASSAY_BUF(8192);
    va_list args;
    int r = 0;

    va_start(args, format);
    for (const char *p = format; *p && r == 0; p++) {
        if (p[0] == '%' && p[1] == 's') {
            char *part = curl_easy_escape(NULL, va_arg(args, const char *), 0);

            r = part ? assay_buf_append(&path, part, strlen(part)) : -1;
            curl_free(part);
            p++;
        } else if (p[0] == '%' && p[1] == 'd') {
            r = assay_buf_printf(&path, "%" PRId64, va_arg(args, int64_t));
            p++;
        } else {
            r = assay_buf_append(&path, p, 1);
        }
    }
    va_end(args);
    return r == 0 ? assay_buf_take(&path) : NULL;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct exchange *exchange = ctx;
    const struct api_request *request = exchange->request;
    size_t len = size * count;
    long status = 0;

    curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) /* what is over the bound is not needed to say what went wrong */
        return assay_buf_append(&exchange->problem, data, len) == -ENOMEM ? 0 : len;
    if (!request->sink) {
        if (assay_buf_append(exchange->reply, data, len) == 0)
            return len;
        exchange->too_long = true;
        return 0;
    }
    if (!exchange->begun && request->begin && !request->begin(request->ctx, status, exchange->curl))
        return 0;
    exchange->begun = true;
    return request->sink(request->ctx, data, len) ? len : 0;
}

static int on_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up)
{
    const struct api_request *request = ctx;

    (void)total, (void)now, (void)up_total, (void)up;
    request->progress(request->ctx);
    return 0;
}

static int open_api(struct cli *cli)
{
    bool local;
    int r = origin_check(cli, &local);

    if (r != CLI_OK || cli->api)
        return r;
    cli->api = calloc(1, sizeof(*cli->api));
    if (!cli->api || curl_global_init(CURL_GLOBAL_DEFAULT) || !(cli->api->curl = curl_easy_init()))
        return cli_fail_memory(cli);
    return token_find(cli);
}

void api_close(struct api *api)
{
    if (!api)
        return;
    curl_easy_cleanup(api->curl);
    curl_global_cleanup();
    free(api);
}

static int add_header(struct curl_slist **list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int add_header(struct curl_slist **list, const char *format, ...)
{
    struct curl_slist *longer = NULL;
    _cleanup_free_ char *line = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&line, format, args) < 0)
        line = NULL;
    va_end(args);
    if (line)
        longer = curl_slist_append(*list, line);
    if (!longer)
        return -ENOMEM;
    *list = longer;
    return 0;
}

static int make_headers(struct cli *cli, const struct api_request *request, struct curl_slist **ret)
{
    int r = 0;

    if (cli->token)
        r = add_header(ret, "Authorization: Bearer %s", cli->token);
    for (size_t i = 0; i < 2 && r == 0 && request->headers[i]; i++)
        r = add_header(ret, "%s", request->headers[i]);
    if (r == 0 && request->body)
        r = add_header(ret, "Content-Type: application/json");
    if (r == 0)
        r = add_header(ret, "Expect:"); /* curl would wait a second for a 100 */
    return r == 0 ? CLI_OK : cli_fail_memory(cli);
}

static void configure(struct cli *cli, struct exchange *exchange, const char *url,
                      struct curl_slist *headers, const char *body)
{
    const struct api_request *request = exchange->request;
    const char *method = request->method ? request->method : "GET";
    CURL *curl = cli->api->curl;
    bool local = false;

    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, cli->api->error);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 15L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request->wait ? request->wait : 60L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    if (origin_check(cli, &local) == CLI_OK && local)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (strcmp(method, "GET") != 0)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (body || !strcmp(method, "POST"))
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? body : "");
    if (request->progress) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, request);
    }
}

/* What the answer's status means, in the server's own words where it gave any. */
static int refuse(struct cli *cli, long status, const struct assay_buf *problem)
{
    _cleanup_json_ json_t *json = NULL;
    const char *title, *detail, *mend;
    int code = status == 401 || status == 403                                     ? CLI_DENIED
               : status == 400 || status == 404 || status == 409 || status == 422 ? CLI_USAGE
                                                                                  : CLI_SERVER;
    char text[ASSAY_ERROR_TEXT];

    assay_json_parse(assay_buf_str(problem), problem->len, "the answer", &json, NULL);
    title = assay_json_string(json, "title", "");
    detail = assay_json_string(json, "detail", title);
    mend = assay_json_string(json, "mend", "");
    snprintf(text, sizeof(text), "%s%s%s", detail, detail[0] && mend[0] ? "; " : "", mend);
    if (!text[0])
        return cli_fail(cli, code, "%s answered with HTTP status %ld", cli->server, status);
    if (status == 401 && !cli->token)
        return cli_fail(cli, code,
                        "%s (no token was sent: set ASSAY_TOKEN or give --token-file FILE)", text);
    return cli_fail(cli, code, "%s", text);
}

static int transport_error(struct cli *cli, CURLcode code, const struct exchange *exchange)
{
    if (exchange->too_long)
        return cli_fail(cli, CLI_SERVER, "%s sent more than the %zu MiB that an answer may have",
                        cli->server, exchange->reply->max >> 20);
    if (cli->err.code) /* a callback has said it */
        return CLI_SERVER;
    if (code == CURLE_COULDNT_CONNECT)
        return cli_fail(cli, CLI_SERVER,
                        "cannot reach %s: %s; is assayd running there? (--server, ASSAY_SERVER)",
                        cli->server, cli->api->error);
    return cli_fail(cli, CLI_SERVER, "%s: %s", cli->server,
                    cli->api->error[0] ? cli->api->error : curl_easy_strerror(code));
}

/* The address to go on at after a redirect; CLI_SERVER when it leads elsewhere. */
static int follow(struct cli *cli, char **url, int hops)
{
    const char *next = NULL;
    char *copy;

    curl_easy_getinfo(cli->api->curl, CURLINFO_REDIRECT_URL, &next);
    if (!next || hops >= REDIRECTS_MAX)
        return cli_fail(cli, CLI_SERVER, "%s redirects %s", cli->server,
                        next ? "in circles" : "without saying where to");
    if (!origin_same(cli->server, next))
        return cli_fail(cli, CLI_SERVER, "%s redirects to another server (%s): not followed",
                        cli->server, next);
    copy = strdup(next);
    if (!copy)
        return cli_fail_memory(cli);
    free(*url);
    *url = copy;
    return CLI_OK;
}

int api_send(struct cli *cli, const struct api_request *request, struct assay_buf *ret,
             long *ret_status)
{
    _cleanup_(slistp) struct curl_slist *headers = NULL;
    _cleanup_free_ char *body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
    _cleanup_free_ char *url = NULL;
    size_t server = strlen(cli->server);
    int r = open_api(cli);

    if (r == CLI_OK)
        r = make_headers(cli, request, &headers);
    if (r != CLI_OK)
        return r;
    while (server && cli->server[server - 1] == '/')
        server--;
    if (asprintf(&url, "%.*s%s", (int)server, cli->server, request->path) < 0 ||
        (request->body && !body)) {
        url = NULL;
        return cli_fail_memory(cli);
    }
    for (int hops = 0;; hops++) {
        struct exchange exchange = {.request = request,
                                    .curl = cli->api->curl,
                                    .reply = ret,
                                    .problem = ASSAY_BUF(PROBLEM_MAX)};
        CURLcode code;
        long status = 0;

        ret->max = API_REPLY_MAX;
        ret->len = 0;
        configure(cli, &exchange, url, headers, body);
        cli->api->error[0] = '\0';
        code = curl_easy_perform(cli->api->curl);
        curl_easy_getinfo(cli->api->curl, CURLINFO_RESPONSE_CODE, &status);
        if (ret_status)
            *ret_status = status;
        r = code            ? transport_error(cli, code, &exchange)
            : status >= 400 ? refuse(cli, status, &exchange.problem)
            : status >= 300 ? follow(cli, &url, hops)
                            : CLI_OK;
        assay_buf_free(&exchange.problem);
        if (r != CLI_OK || code || status < 300)
            return r;
    }
}

int api_parse(struct cli *cli, const struct assay_buf *body, json_type type, json_t **ret)
{
    struct assay_error err = {0};
    json_t *json = NULL;

    if (assay_json_parse(assay_buf_str(body), body->len, "the answer", &json, &err) < 0)
        return cli_fail(cli, CLI_SERVER, "%s does not speak Assay's API: %s", cli->server,
                        err.text);
    if (json_typeof(json) != type) {
        json_decref(json);
        return cli_fail(cli, CLI_SERVER,
                        "%s does not speak Assay's API: the answer is of the wrong type",
                        cli->server);
    }
    *ret = json;
    return CLI_OK;
}

int api_get(struct cli *cli, const char *path, json_type type, json_t **ret)
{
    _cleanup_buf_ struct assay_buf reply = {0};
    struct api_request request = {.path = path};
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &reply, NULL);
    return r == CLI_OK ? api_parse(cli, &reply, type, ret) : r;
}

char *api_builds_path(const char *target, const char *state, int64_t before, int64_t limit)
{
    _cleanup_free_ char *a = target ? api_path("&target=%s", target) : strdup("");
    _cleanup_free_ char *b = state ? api_path("&state=%s", state) : strdup("");
    _cleanup_free_ char *c = before ? api_path("&before=%d", before) : strdup("");
    char *path;

    if (!a || !b || !c ||
        asprintf(&path, "/api/v1/builds?limit=%" PRId64 "%s%s%s", limit, a, b, c) < 0)
        return NULL;
    return path;
}

int api_post(struct cli *cli, const char *path, const json_t *body, json_t **ret)
{
    _cleanup_buf_ struct assay_buf reply = {0};
    struct api_request request = {.method = "POST", .path = path, .body = body};
    int r;

    if (!path)
        return cli_fail_memory(cli);
    r = api_send(cli, &request, &reply, NULL);
    if (r != CLI_OK || reply.len == 0) {
        if (r == CLI_OK)
            *ret = NULL;
        return r;
    }
    return api_parse(cli, &reply, JSON_OBJECT, ret);
}

int api_build(struct cli *cli, const char *text, const char *action, json_t **ret)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_json_ json_t *build = NULL;
    int64_t id;
    int r = cli_parse_id(cli, text, &id);

    if (r != CLI_OK)
        return r;
    path =
        action ? api_path("/api/v1/builds/%d/%s", id, action) : api_path("/api/v1/builds/%d", id);
    r = action ? api_post(cli, path, NULL, &build) : api_get(cli, path, JSON_OBJECT, &build);
    if (r == CLI_OK && !build)
        r = cli_fail(cli, CLI_SERVER, "%s does not say what became of the build", cli->server);
    if (r == CLI_OK && cli->json)
        return cli_print_json(cli, build);
    if (r == CLI_OK)
        *ret = ASSAY_TAKE(build);
    return r;
}
