/* Nix: building a flake's output and following the build. Facts about Nix stand in its manual and,
 * for --log-format internal-json, in its source (src/libutil/logging.hh); both change, so unknown
 * numbers and members are taken in stride. */
#ifndef ASSAY_NIX_H
#define ASSAY_NIX_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_NIX_PATH_MAX 512 /* bytes of a store path, NUL included */

/* ---- building ---- */

struct assay_nix_build {
    const char *program;   /* "nix" */
    const json_t *options; /* object of strings, given as --option; may be NULL */
    const char *flake;     /* a folder or a flake reference */
    const char *attribute;
    const char *out_link; /* the link that keeps the result from garbage collection */
};

#define ASSAY_NIX_ARGV_MAX 160

struct assay_nix_command {
    const char *argv[ASSAY_NIX_ARGV_MAX]; /* NULL-terminated; points into `build` and below */
    char installable[2048];               /* "FLAKE#ATTRIBUTE" */
};

/* Makes the command line of a build that prints its result as JSON on stdout and its progress as
 * internal-json on stderr. `ret` is filled in place and must not be moved. -E2BIG for more options
 * than fit. */
int assay_nix_build_command(const struct assay_nix_build *build, struct assay_nix_command *ret,
                            struct assay_error *err);

/* Reads what such a build printed on stdout: the store path of the output "out", or of the only
 * one. -EINVAL for anything else. */
int assay_nix_build_result(const char *text, size_t len, char ret_out[ASSAY_NIX_PATH_MAX],
                           struct assay_error *err);

/* ---- following ---- */

struct assay_nix_sink {
    /* A line for the log, printable. */
    void (*line)(void *ctx, const char *text, size_t len);
    /* What is going on, and builds and copies that are done of those expected (0: not known). */
    void (*progress)(void *ctx, const char *text, uint64_t done, uint64_t total);
    void *ctx;
};

struct assay_nix_progress;

/* NULL when memory ran out. `sink` is copied. */
struct assay_nix_progress *assay_nix_progress_new(const struct assay_nix_sink *sink);

/* Takes one line of stderr, without its newline: "@nix {JSON}", or a text, which goes to the log as
 * it is (made printable). Never fails: what cannot be understood is logged. */
void assay_nix_progress_feed(struct assay_nix_progress *progress, const char *line, size_t len);

/* The last error that Nix gave, on one line, or "". */
const char *assay_nix_progress_error(const struct assay_nix_progress *progress);

struct assay_nix_progress *assay_nix_progress_free(struct assay_nix_progress *progress);

#endif
