/* The matcher: Vectorscan over every byte, PCRE2 with entropy, checksum and word boundaries around
 * the hits. One engine per audit; one stream per entry that is being read.
 *
 * Content is scanned in block mode piece by piece, with a stitched window over every border, so
 * that a match is found wherever the pieces are cut. A match, with what confirms it, spans at most
 * SCAN_REACH bytes to either side of the place where the first pass fires.
 *
 * Of one rule at most 1,000 places in one entry are reported, and tries to confirm it are bounded
 * too; where that cuts something off, an `unaudited` finding "unaudited.RULE" says so. Of two
 * overlapping matches the more telling one is reported (settle.c says which). Lines are told for
 * text only: for an entry with no NUL in its first 8 KiB. */
#ifndef ASSAY_SCAN_ENGINE_H
#define ASSAY_SCAN_ENGINE_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "image/entry.h"
#include "scan/finding.h"
#include "scan/store.h"

#define SCAN_REACH 4096

struct scan_engine;
struct scan_stream;

/* Compiles `rules` (array as rules_builtin() gives it, severities already set by the policy, rules
 * that are off left out) and `identities` (array of {kind, value, severity?}; kinds:
 * those of scan/kinds.c; matched caselessly, without the signs of letters, on word boundaries).
 * Findings go to `findings`, which outlives the engine. Errors name the rule. */
int scan_engine_new(const json_t *rules, const json_t *identities, struct findings *findings,
                    struct scan_engine **ret, struct assay_error *err);
/* The same, with the compiled database kept in `store`, and windows known from there that earlier
 * audits found nothing in (scan/seen.h). `store` may be NULL. */
int scan_engine_load(const json_t *rules, const json_t *identities, struct findings *findings,
                     const struct scan_store *store, struct scan_engine **ret,
                     struct assay_error *err);
struct scan_engine *scan_engine_free(struct scan_engine *engine);

/* Starts on an entry's content, whose container and path are copied. */
int scan_stream_open(struct scan_engine *engine, const char *container, const char *path,
                     struct scan_stream **ret);

/* Says what holds the entry's bytes; without it, a file. */
void scan_stream_in(struct scan_stream *stream, enum entry_in in);

/* Feeds the next piece; `offset` is its place in the entry. A jump in the offset (a hole) ends
 * what came before as if the entry had ended there. 0 or a negative errno. */
int scan_stream_feed(struct scan_stream *stream, const uint8_t *data, size_t len, uint64_t offset);

/* Ends the entry's content and frees the stream; NULL is fine. */
int scan_stream_close(struct scan_stream *stream);

/* Scans the names of an entry for rules and identities: path, link target, owner's names,
 * extended attributes' names and values. */
int scan_engine_names(struct scan_engine *engine, const struct entry *entry);

/* Writes what the engine has learnt for later ones (the tags of clean windows) to the file `fd`.
 * Returns how many tags that were, or a negative errno. */
ssize_t scan_engine_keep(const struct scan_engine *engine, int fd);

/* Callbacks of the first pass per rule so far, as an object {rule id: count}: what a rule costs.
 * The caller owns it; NULL when memory ran out. */
json_t *scan_engine_callbacks(const struct scan_engine *engine);

#endif
