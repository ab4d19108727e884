/* Findings: what was found, kept so that the secret itself is not. */
#ifndef ASSAY_SCAN_FINDING_H
#define ASSAY_SCAN_FINDING_H

#include <assay/error.h>
#include <assay/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/entry.h"

#define FINDING_KEY_SIZE 32   /* bytes of the installation's fingerprint key */
#define FINDING_PLACES_MAX 20 /* places kept of one finding; further ones are counted */
#define FINDING_TOTAL_MAX                                                   \
    10000 /* different findings kept of one audit; further ones are counted \
           */

enum finding_class {
    FINDING_SECRET,
    FINDING_IDENTITY,
    FINDING_PERSONAL, /* what has the shape of personal data, whoever's it is */
    FINDING_HYGIENE,
    FINDING_NIXOS,
    FINDING_WSL,
    FINDING_UNAUDITED,
};

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

/* An audit's places take at most this many bytes of paths, so that a report stays below
 * ASSAY_REPORT_MAX whatever the names in an artifact are. Further places are counted, and a finding
 * that has no room for its first place counts as dropped. One path is kept to FINDING_PATH_MAX
 * bytes; a longer one loses its middle ("…"). */
#define FINDING_PATHS_TOTAL (4u << 20)
#define FINDING_PATH_MAX 4096

const char *finding_class_name(enum finding_class class);           /* "secret", ... */
int finding_class_parse(const char *name, enum finding_class *ret); /* 0 or -EINVAL */
const char *severity_name(enum severity severity);
int severity_parse(const char *name, enum severity *ret);
const char *finding_in_name(enum entry_in in); /* "file", "deleted", ... */

/* What an inspector reports. Strings and bytes are lent for the time of the call. */
struct finding_hit {
    enum finding_class class;
    const char *rule; /* id, e.g. "forges.github-pat" or "hygiene.machine-id" */
    enum severity severity;
    const char *container; /* of the entry it stands in, see struct entry */
    const char *path;
    enum entry_in in;      /* what holds its bytes */
    int64_t offset;        /* of the secret in the entry's content, -1: in the name or no place */
    int64_t line;          /* 1-based, 0 unknown */
    const char *decoded;   /* the decodings that led to it, e.g. "base64 ▸ gzip"; NULL: none */
    uint64_t span;         /* bytes that were decoded, from the offset on; 0 when not known */
    const uint8_t *secret; /* the bytes it is about; NULL for a finding about the entry as such,
                              whose fingerprint is then of class, rule and full path */
    size_t secret_len;
    size_t keep;         /* how many leading bytes are public (a token's prefix), at most 8 and at
                            most a quarter of the secret */
    const char *message; /* what it is, one sentence, without the secret */
    const char *help;    /* why it matters and how to mend it */
};

struct findings;

/* A collector. `key` is FINDING_KEY_SIZE bytes. NULL when memory ran out. */
struct findings *findings_new(const uint8_t *key);
struct findings *findings_free(struct findings *findings);

/* Registers a string that must not appear in any path of the report: wherever it stands in a path
 * or link, however cased, it is written as "‹redacted›". Done by findings_add() for the secret of
 * every hit. Strings of less than 4 bytes are hidden only where they stand as a word. 0 or -ENOMEM.
 */
int findings_hide(struct findings *findings, const uint8_t *secret, size_t len);

/* The same for what is hidden on word boundaries only. */
int findings_hide_word(struct findings *findings, const uint8_t *word, size_t len);

/* The same for an identity's value, which is hidden on word boundaries only ("tim" leaves "time"
 * readable). With `spaced` its words are hidden with any separator or none between them and with
 * the last one first too. scan_engine_new() does this for every identity it is given. */
int findings_hide_identity(struct findings *findings, const char *value, bool spaced);

/* Adds a hit: merged with an earlier one of the same fingerprint, as a further place; the worse
 * severity stays. Of a decoded place and one in the bytes it was decoded from, the latter is kept.
 * The fingerprint is HMAC-SHA-256 under the key of class, NUL, rule, NUL and the secret's bytes, of
 * which the first 16 are written as 32 hexadecimal digits. 0, or a negative errno when memory ran
 * out or libcrypto failed. */
int findings_add(struct findings *findings, const struct finding_hit *hit);

/* From now on hits stand in `subject`, a number that the caller gave to something that may turn out
 * to be public, such as a store path; 0, as in the beginning: in none. */
void findings_subject(struct findings *findings, uint32_t subject);

#define FINDING_SUBJECTS_MAX 1000 /* kept of one finding; one that stands in more is local */

/* Sets the origin of all findings: `upstream` where all of a finding's places, also those that are
 * only counted, stand in subjects for which signer() names who vouches for them (a string that
 * outlives `findings`; NULL: nobody). Of two that vouch, worse() gives the one to be named. */
void findings_origins(struct findings *findings, const char *(*signer)(void *ctx, uint32_t subject),
                      const char *(*worse)(void *ctx, const char *a, const char *b), void *ctx);

/* Joins container and path as reports show them: "/etc/passwd" for an entry of the artifact itself,
 * else by image_where(): "p2/etc/passwd" in a partition, "a.tar!etc/passwd" in an archive.
 * malloc'd; NULL when memory ran out. */
char *finding_path(const char *container, const char *path);

/* `text` (a path, a library's explanation) as a JSON string with all that was hidden up to now
 * written as "‹redacted›". NULL when memory ran out. */
json_t *findings_redacted(const struct findings *findings, const char *text);

/* Writes a redacted form of `secret` to `ret`: its first `keep` bytes where printable, then "…"
 * and its length, e.g. "ghp_…(40)". */
void finding_redact(const uint8_t *secret, size_t len, size_t keep, char *ret, size_t size);

/* The findings as a JSON array in the report's shape, without status (the policy adds it), sorted
 * by origin (local ones first), severity (worst first), class, rule, path, and numbered "F1", "F2",
 * ... in that order. `path`, `in`, `offset`, `line` and `decoded` are the first place (`in` is
 * missing for a file's content, `decoded` for what is not encoded), `places` the further ones that
 * were kept, `place_count` counts all of them. `redacted` is missing where there was no secret.
 * `ret_dropped` receives how many different findings came after FINDING_TOTAL_MAX. Paths are
 * redacted here, by all that was hidden up to now. NULL when memory ran out. */
json_t *findings_json(const struct findings *findings, uint64_t *ret_dropped);

#endif
