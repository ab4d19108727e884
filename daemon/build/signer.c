#include "build/signer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <assay/clock.h>
#include <assay/encode.h>
#include <assay/frame.h>
#include <assay/process.h>

#define ANSWER_MAX (2 * ASSAY_MINISIGN_SIG_MAX) /* bytes; JSON escapes can double a text */
#define ANSWER_MS 30000                         /* signing takes well under a millisecond */
#define RESTART_MS 5000 /* between two starts for somebody who only asks whether it runs */

struct signer {
    pthread_mutex_t lock; /* one request at a time */
    char *program, *key_path;
    struct assay_process process;
    int socket;
    uint64_t restarted_at;               /* by signer_alive(); milliseconds, monotonic */
    struct assay_minisign_public public; /* never changed after signer_start() */
};

static void disconnect(struct signer *signer)
{
    if (signer->socket >= 0)
        close(signer->socket);
    signer->socket = -1;
    assay_process_kill(&signer->process);
}

/* Reads the first message, "ready" with the public key or "error" with the reason. */
static int read_greeting(const struct signer *signer, struct assay_minisign_public *ret,
                         struct assay_error *err)
{
    _cleanup_json_ json_t *answer = NULL;
    const char *ready, *error;
    int r = assay_frame_read(signer->socket, ANSWER_MAX, ANSWER_MS, &answer, NULL, err);

    if (r == 0)
        return assay_error_set(err, EPIPE, "assay-sign ended before it was ready");
    if (r < 0)
        return assay_error_prefix(err, "assay-sign does not answer");
    error = assay_json_string(answer, "error", NULL);
    if (error)
        return assay_error_set(err, ENOKEY, "signing_key: %s", error);
    ready = assay_json_string(answer, "ready", "");
    return assay_minisign_public_parse(ready, strlen(ready), ret, err);
}

/* Starts it, and gives the public key that it has. */
static int connect_signer(struct signer *signer, struct assay_minisign_public *ret,
                          struct assay_error *err)
{
    const char *argv[] = {signer->program, signer->key_path, NULL};
    int pair[2], r;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return assay_error_set(err, errno, "cannot make a socket: %s", strerror(errno));
    struct assay_process_fd fds[] = {{pair[1], 3}, {STDERR_FILENO, STDERR_FILENO}};
    struct assay_process_spec spec = {.argv = argv, .fds = fds, .n_fds = 2};

    r = assay_process_start(&spec, &signer->process, err);
    close(pair[1]);
    signer->socket = pair[0];
    if (r == 0)
        r = read_greeting(signer, ret, err);
    if (r < 0)
        disconnect(signer);
    return r;
}

int signer_start(const char *program, const char *key_path, struct signer **ret,
                 struct assay_error *err)
{
    struct signer *signer = calloc(1, sizeof(*signer));
    int r;

    if (!signer)
        return assay_error_set(err, ENOMEM, "out of memory");
    pthread_mutex_init(&signer->lock, NULL);
    signer->process = ASSAY_PROCESS_NONE;
    signer->socket = -1;
    signer->program = strdup(program);
    signer->key_path = strdup(key_path);
    r = signer->program && signer->key_path ? connect_signer(signer, &signer->public, err)
                                            : assay_error_set(err, ENOMEM, "out of memory");
    if (r < 0) {
        signer_stop(signer);
        return r;
    }
    *ret = signer;
    return 0;
}

struct signer *signer_stop(struct signer *signer)
{
    if (!signer)
        return NULL;
    disconnect(signer);
    pthread_mutex_destroy(&signer->lock);
    free(signer->program);
    free(signer->key_path);
    free(signer);
    return NULL;
}

void signer_public(const struct signer *signer, struct assay_minisign_public *ret)
{
    *ret = signer->public;
}

static int report_digest(const json_t *report, char ret[ASSAY_SHA256_HEX])
{
    _cleanup_free_ char *text = json_dumps(report, JSON_COMPACT | JSON_SORT_KEYS);
    uint8_t raw[ASSAY_SHA256_SIZE];

    if (!text || assay_sha256(text, strlen(text), raw) < 0)
        return -ENOMEM;
    assay_hex_encode(raw, sizeof(raw), ret);
    return 0;
}

int signer_statement(const struct build *build, const char *channel, const json_t *report,
                     json_t **ret, struct assay_error *err)
{
    const json_t *policy = json_object_get(report, "policy");
    char digest[ASSAY_SHA256_HEX];
    json_t *statement = NULL;

    if (report_digest(report, digest) == 0)
        statement = json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s?, s:{s:s, s:s, s:s, s:s, s:s}}", "schema",
            "assay.statement/1", "target", build->target, "version", build->version, "name",
            build->artifact_name, "sha256", build->artifact_sha256, "blake2b",
            build->artifact_blake2b, "size", (json_int_t)build->artifact_size, "channel", channel,
            "bypass", build->bypass[0] ? build->bypass : NULL, "audit", "verdict",
            assay_json_string(report, "verdict", ""), "artifact_sha256",
            assay_json_string(json_object_get(report, "artifact"), "sha256", ""), "policy",
            assay_json_string(policy, "name", ""), "policy_digest",
            assay_json_string(policy, "digest", ""), "report_sha256", digest);
    if (!statement)
        return assay_error_set(err, ENOMEM, "cannot make the release statement");
    *ret = statement;
    return 0;
}

static int ask(struct signer *signer, const json_t *statement, json_t **ret,
               struct assay_error *err)
{
    int r = assay_frame_write(signer->socket, statement, -1, err);

    if (r == 0)
        r = assay_frame_read(signer->socket, ANSWER_MAX, ANSWER_MS, ret, NULL, err);
    return r > 0 ? 0 : r < 0 ? r : assay_error_set(err, EPIPE, "assay-sign is gone");
}

/* Starts it again, with the key that it had. */
static int restart(struct signer *signer, struct assay_error *err)
{
    struct assay_minisign_public now;
    int r;

    disconnect(signer);
    r = connect_signer(signer, &now, err);
    if (r < 0)
        return assay_error_prefix(err, "assay-sign died and cannot be started again");
    if (memcmp(&now, &signer->public, sizeof(now)) != 0) {
        disconnect(signer);
        return assay_error_set(err, EPERM,
                               "the signing key's file holds another key than at "
                               "start; restart assayd if that is meant");
    }
    return 0;
}

/* Asks once more, of a new process, when the one that was there has died. */
static int ask_twice(struct signer *signer, const json_t *statement, json_t **ret,
                     struct assay_error *err)
{
    int r;

    if (signer->socket >= 0 && ask(signer, statement, ret, err) == 0)
        return 0;
    r = restart(signer, err);
    return r < 0 ? r : ask(signer, statement, ret, err);
}

static bool runs(const struct signer *signer)
{
    struct pollfd ended = {.fd = signer->process.pidfd, .events = POLLIN};

    return signer->socket >= 0 && poll(&ended, 1, 0) == 0;
}

bool signer_alive(struct signer *signer)
{
    uint64_t now = assay_clock_ms();
    bool alive;

    if (pthread_mutex_trylock(&signer->lock) != 0)
        return true; /* it is signing */
    alive = runs(signer);
    if (!alive && now - signer->restarted_at >= RESTART_MS) {
        signer->restarted_at = now;
        alive = restart(signer, NULL) == 0;
    }
    pthread_mutex_unlock(&signer->lock);
    return alive;
}

int signer_sign(struct signer *signer, const json_t *statement, char ret[ASSAY_MINISIGN_SIG_MAX],
                struct assay_error *err)
{
    _cleanup_json_ json_t *answer = NULL;
    const char *signature;
    int r;

    pthread_mutex_lock(&signer->lock);
    r = ask_twice(signer, statement, &answer, err);
    pthread_mutex_unlock(&signer->lock);
    if (r < 0)
        return r == -EPERM ? r : -(err ? err->code = EPIPE : EPIPE);
    signature = assay_json_string(answer, "signature", NULL);
    if (!signature || strlen(signature) >= ASSAY_MINISIGN_SIG_MAX)
        return assay_error_set(err, EPERM, "assay-sign refuses: %s",
                               assay_json_string(answer, "refused", "its answer has no form"));
    snprintf(ret, ASSAY_MINISIGN_SIG_MAX, "%s", signature);
    return 0;
}
