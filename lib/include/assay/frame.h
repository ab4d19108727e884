/* Messages between Assay's processes: a 32-bit little-endian length, then that many bytes of one
 * JSON object. Writer and reader stand here side by side. A message is consumed whole or refused.
 */
#ifndef ASSAY_FRAME_H
#define ASSAY_FRAME_H

#include <assay/error.h>
#include <assay/json.h>
#include <stddef.h>

/* Most bytes of one message; a sender may set less, never more. */
#define ASSAY_FRAME_MAX (64u << 20)

/* Writes one message to the socket or pipe `fd`, blocking. Where `pass_fd` is 0 or more, that
 * descriptor goes with it (`fd` must be a Unix socket then). Errors: -EPIPE when the reader is
 * gone (SIGPIPE is not raised on sockets), -EFBIG, other errnos of sendmsg(2). */
int assay_frame_write(int fd, const json_t *message, int pass_fd, struct assay_error *err);

/* Reads one message of at most `max` bytes. Waits at most `timeout_ms` in all (-1: for ever).
 * `ret_fd` (may be NULL) receives a descriptor that came with it, or -1; one that is not asked for
 * is closed. Returns 1 with *ret owned by the caller, 0 at a clean end of the stream; -ETIMEDOUT;
 * -EPROTO for a message that is too long, cut short, no JSON or no object. */
int assay_frame_read(int fd, size_t max, int timeout_ms, json_t **ret, int *ret_fd,
                     struct assay_error *err);

#endif
