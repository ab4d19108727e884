/* Errors that a person will read.
 *
 * Every function that can fail returns 0 (or a count) on success and a negative errno on failure.
 * Where somebody is going to read about it, the function also takes a `struct assay_error` and
 * writes one sentence that says what was wrong, where, and the mend. */
#ifndef ASSAY_ERROR_H
#define ASSAY_ERROR_H

/* Upper bound of a sentence; longer ones are cut. */
#define ASSAY_ERROR_TEXT 1024

struct assay_error {
    int code;                    /* positive errno, 0 when nothing is set */
    char text[ASSAY_ERROR_TEXT]; /* UTF-8, control characters replaced by '?' */
};

/* Sets `err` (which may be NULL) to errno `code` (the sign is ignored) and the formatted sentence.
 * Returns -|code|, so that `return assay_error_set(err, EINVAL, ...)` reads as one thing. */
int assay_error_set(struct assay_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "CONTEXT: " in front of the sentence in `err` (which may be NULL). Returns -err->code,
 * or -EIO when nothing was set. */
int assay_error_prefix(struct assay_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
