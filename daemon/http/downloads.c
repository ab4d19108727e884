/* GET /d/{target}/{channel}/{name} and /r/{sha256}/{name}: published artifacts and the evidence
 * beside them. Whatever no release names is not there, whatever the blobs hold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "reply.h"
#include "routes.h"

/* What can stand behind a release's name in an address. */
static const struct evidence {
    const char *suffix;
    const char *type;
    const char *kind; /* of the blobs; NULL: the artifact itself */
} evidences[] = {
    {"", "application/octet-stream", NULL},
    {".minisig", "text/plain; charset=utf-8", "minisig"},
    {".audit.json", "application/json", "audit.json"},
    {".sarif", "application/sarif+json", "sarif"},
    {".sha256", "text/plain; charset=utf-8", NULL}, /* made from the release */
};

/* The row for `file`, which must be the release's name and a suffix; NULL when it is not. */
static const struct evidence *find_evidence(const struct release *release, const char *file)
{
    size_t len = strlen(release->name);

    if (strncmp(file, release->name, len) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(evidences) / sizeof(*evidences); i++)
        if (strcmp(file + len, evidences[i].suffix) == 0)
            return &evidences[i];
    return NULL;
}

static enum MHD_Result wrong_name(struct request *request, const struct release *release)
{
    return reply_problem(request, MHD_HTTP_NOT_FOUND,
                         "This release's file is \"%s\"; beside it stand \"%s.sha256\", "
                         "\"%s.minisig\", \"%s.audit.json\" and \"%s.sarif\".",
                         release->name, release->name, release->name, release->name, release->name);
}

enum MHD_Result downloads_channel(struct request *request)
{
    const char *target = request->params[0], *channel = request->params[1];
    const char *file = request->params[2];
    struct assay_error err = {0};
    struct release release;
    char location[512];

    if (store_release_channel(request->app->store, target, channel, &release, &err) < 0)
        return reply_error(request, &err);
    if (!find_evidence(&release, file))
        return wrong_name(request, &release);
    snprintf(location, sizeof(location), "/r/%s/%s", release.sha256, file);
    return reply_redirect(request, location);
}

/* As sha256sum(1) writes it. */
static enum MHD_Result send_sum(struct request *request, const struct release *release)
{
    char *text = NULL;
    int len = asprintf(&text, "%s  %s\n", release->sha256, release->name);

    return len < 0
               ? MHD_NO
               : reply_bytes(request, MHD_HTTP_OK, "text/plain; charset=utf-8", text, (size_t)len);
}

enum MHD_Result downloads_release(struct request *request)
{
    const char *sha256 = request->params[0], *file = request->params[1];
    const struct evidence *evidence;
    struct assay_error err = {0};
    struct release release;
    uint64_t size;
    char etag[160];
    int fd, r;

    r = strspn(sha256, "0123456789abcdef") == 64 && sha256[64] == 0 ? 0 : -ENOENT;
    if (r == 0)
        r = store_release_file(request->app->store, sha256, file, &release, &err);
    if (r == -ENOENT && store_release_find(request->app->store, sha256, &release, &err) == 0)
        return wrong_name(request, &release);
    if (r == -ENOENT)
        return reply_problem(request, MHD_HTTP_NOT_FOUND,
                             "No release has this digest; /api/v1/releases lists them.");
    if (r < 0)
        return reply_error(request, &err);
    evidence = find_evidence(&release, file);
    if (!evidence)
        return wrong_name(request, &release);
    if (release.revoked[0] && !*evidence->suffix)
        return reply_problem(request, MHD_HTTP_GONE,
                             "%s %s was revoked: %s. What is known of it stands beside it, in "
                             "\"%s.audit.json\"; take the channel's present release.",
                             release.target, release.version, release.revoked, release.name);
    if (strcmp(evidence->suffix, ".sha256") == 0)
        return send_sum(request, &release);
    if (!evidence->kind)
        r = blobs_get(request->app->blobs, sha256, &fd, &size, &err);
    else
        r = blobs_get_evidence(request->app->blobs, sha256, release.version, evidence->kind, &fd,
                               &size, &err);
    if (r < 0)
        return reply_error(request, &err);
    /* Evidence is never changed once it is published, as the artifact is not; but the same artifact
     * can be released again. */
    snprintf(etag, sizeof(etag), "\"%s%s%s\"", sha256, evidence->kind ? "-" : "",
             evidence->kind ? release.version : "");
    return file_send(request, fd, size,
                     &(struct file_answer){.type = evidence->type, .etag = etag, .filename = file});
}
