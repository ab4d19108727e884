#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <assay/buf.h>
#include <assay/clock.h>
#include <assay/encode.h>
#include <assay/fs.h>

#include "output.h"
#include "table.h"
#include "terminal.h"

void evidence_parse(struct evidence *evidence)
{
    const struct {
        const char *key;
        char *value;
        size_t size;
    } fields[] = {
        {"target:", evidence->target, sizeof(evidence->target)},
        {"version:", evidence->version, sizeof(evidence->version)},
        {"channel:", evidence->channel, sizeof(evidence->channel)},
        {"file:", evidence->file, sizeof(evidence->file)},
        {"sha256:", evidence->sha256, sizeof(evidence->sha256)},
        {"timestamp:", evidence->timestamp, sizeof(evidence->timestamp)},
    };
    const char *p = evidence->trusted;

    for (;;) {
        size_t len = strcspn(p, "\t");

        if (len == 6 && !strncmp(p, "bypass", 6))
            evidence->bypass = true;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            size_t key = strlen(fields[i].key);

            /* The first one counts; one that does not fit is left out, never cut. */
            if (len > key && !strncmp(p, fields[i].key, key) && !fields[i].value[0] &&
                len - key < fields[i].size) {
                memcpy(fields[i].value, p + key, len - key);
                fields[i].value[len - key] = '\0';
            }
        }
        if (!p[len])
            return;
        p += len + 1;
    }
}

int evidence_verify(struct cli *cli, const struct evidence_file *file, const char *name,
                    const char *sig, size_t sig_len, const struct assay_minisign_public *key,
                    struct evidence *ret)
{
    struct evidence evidence = {0};
    struct assay_error err = {0};

    if (assay_minisign_verify(key, file->blake2b, sig, sig_len, evidence.trusted, &err) < 0)
        return cli_fail(cli, CLI_UNVERIFIED, "%s is NOT verified: %s", name, err.text);
    evidence_parse(&evidence);
    if (evidence.sha256[0] && strcasecmp(evidence.sha256, file->sha256) != 0)
        return cli_fail(cli, CLI_UNVERIFIED,
                        "%s is NOT verified: it has the SHA-256 %s, but the signed comment names "
                        "%s",
                        name, file->sha256, evidence.sha256);
    *ret = evidence;
    return CLI_OK;
}

int evidence_read(struct cli *cli, const char *path, struct evidence_file *ret)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct assay_error err = {0};
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return cli_fail(cli, CLI_USAGE, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return cli_fail(cli, CLI_USAGE, "cannot read %s: it is not a regular file", path);
    if (assay_digest_file(fd, ret->sha256, ret->blake2b, &ret->size, &err) < 0)
        return cli_fail(cli, CLI_USAGE, "cannot read %s: %s", path, err.text);
    return CLI_OK;
}

int evidence_key(struct cli *cli, const char *path, struct assay_minisign_public *ret)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(ASSAY_MINISIGN_FILE_MAX);
    struct assay_error err = {0};

    if (assay_fs_read_file(path, &text, &err) < 0)
        return cli_fail_error(cli, CLI_USAGE, &err);
    if (assay_minisign_public_parse(assay_buf_str(&text), text.len, ret, &err) < 0)
        return cli_fail(cli, CLI_USAGE, "%s is no public key: %s", path, err.text);
    return CLI_OK;
}

int evidence_signer(const char *sig, size_t len, char ret[17])
{
    struct assay_minisign_public key = {0};
    const char *line = memchr(sig, '\n', len);
    const char *end = line ? memchr(line + 1, '\n', len - (size_t)(line + 1 - sig)) : NULL;
    uint8_t raw[74]; /* "ED", key id, signature */

    if (!end || assay_base64_decode(line + 1, (size_t)(end - line - 1), raw, sizeof(raw)) < 0)
        return -EINVAL;
    memcpy(key.key_id, raw + 2, sizeof(key.key_id));
    assay_minisign_key_id(&key, ret);
    return 0;
}

static int print_json(struct cli *cli, const char *path, const struct evidence_file *file,
                      const struct evidence *evidence, const char *key_id)
{
    _cleanup_json_ json_t *json =
        json_pack("{s:b,s:o,s:s,s:I,s:s,s:o,s:s,s:s,s:s,s:s,s:b}", "verified", 1, "file",
                  assay_json_foreign_string(path, strlen(path)), "sha256", file->sha256, "size",
                  (json_int_t)file->size, "key_id", key_id, "trusted_comment",
                  assay_json_foreign_string(evidence->trusted, strlen(evidence->trusted)), "target",
                  evidence->target, "version", evidence->version, "channel", evidence->channel,
                  "timestamp", evidence->timestamp, "bypass", evidence->bypass);

    return json ? cli_print_json(cli, json) : cli_fail_memory(cli);
}

int evidence_print(struct cli *cli, const char *path, const struct evidence_file *file,
                   const struct evidence *evidence, const struct assay_minisign_public *key)
{
    char key_id[17], size[16], safe[4096], signed_at[ASSAY_CLOCK_ISO] = "";
    int64_t seconds = strtoll(evidence->timestamp, NULL, 10);

    assay_minisign_key_id(key, key_id);
    if (cli->json)
        return print_json(cli, path, file, evidence, key_id);
    terminal_safe(path, safe, sizeof(safe));
    printf("%s%s is verified%s\n", cli->colour ? terminal_colour_of("good") : "", safe,
           cli->colour ? TERMINAL_RESET : "");
    output_field("target", evidence->target);
    output_field("version", evidence->version);
    output_field("channel", evidence->channel);
    output_field("sha256", file->sha256);
    table_size_text(file->size, size);
    output_field("size", size);
    if (seconds > 0 && seconds < 253402300800) /* the year 10000 */
        assay_clock_iso(seconds, signed_at);
    output_field("signed", signed_at);
    output_field("key", key_id);
    if (!evidence->sha256[0] || !evidence->target[0])
        output_field("comment", evidence->trusted);
    if (!evidence->target[0])
        puts("  note: the signed comment names no target, so this is no release made by Assay");
    if (evidence->bypass)
        puts("  WARNING: the audit of this release was bypassed");
    return CLI_OK;
}
