/* assay-sign: holds the signing key and signs statements about artifacts that passed. Started by
 * assayd with one socket as descriptor 3; loads the key, gives up every right, and then answers
 * one request after the other until the socket closes. */
#include <stdio.h>
#include <string.h>

#include <assay/clock.h>
#include <assay/frame.h>
#include <assay/minisign.h>

#include "sign/lockdown.h"
#include "sign/statement.h"

#define SOCKET 3
#define REQUEST_MAX 65536 /* bytes of one statement */

static void secret_freep(struct assay_minisign_secret **secret)
{
    assay_minisign_secret_free(*secret);
}

static int reply(const char *key, const char *text)
{
    _cleanup_json_ json_t *message = json_pack("{s:s}", key, text);

    return message ? assay_frame_write(SOCKET, message, -1, NULL) : -1;
}

static int say_ready(const struct assay_minisign_secret *secret)
{
    struct assay_minisign_public public;
    char text[256];

    assay_minisign_public_of(secret, &public);
    assay_minisign_public_format(&public, text);
    return reply("ready", text);
}

/* Answers one request. Returns 1 to go on, 0 at the end of the stream, -1 to give up. */
static int serve(const struct assay_minisign_secret *secret)
{
    _cleanup_json_ json_t *request = NULL;
    char signature[ASSAY_MINISIGN_SIG_MAX];
    struct assay_error err = {0};
    int r = assay_frame_read(SOCKET, REQUEST_MAX, -1, &request, NULL, &err);

    if (r <= 0)
        return r;
    if (statement_sign(secret, request, assay_clock_unix(), signature, &err) < 0)
        return reply("refused", err.text) < 0 ? -1 : 1;
    return reply("signature", signature) < 0 ? -1 : 1;
}

static int run(const char *key_path)
{
    _cleanup_(secret_freep) struct assay_minisign_secret *secret = NULL;
    struct assay_error err = {0};
    int r;

    json_object_seed(0); /* jansson reads /dev/urandom for it, which must come before lock-down */
    if (assay_minisign_secret_load(key_path, &secret, &err) < 0 || sign_lockdown(&err) < 0) {
        reply("error", err.text);
        return 1;
    }
    if (say_ready(secret) < 0)
        return 1;
    do
        r = serve(secret);
    while (r > 0);
    return r < 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "--help") == 0) {
        fprintf(argc == 2 ? stdout : stderr,
                "usage: assay-sign KEYFILE\n\nStarted by assayd, which talks to it over descriptor "
                "3.\nHolds the signing key and signs statements about artifacts that passed.\n");
        return argc == 2 ? 0 : 2;
    }
    _exit(run(argv[1])); /* exit handlers of libraries make calls that are denied by now */
}
