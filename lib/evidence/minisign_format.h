/* minisign's wire formats, byte for byte (minisign 0.11, src/minisign.h). All members are byte
 * arrays, so the structs have no padding. */
#ifndef ASSAY_EVIDENCE_MINISIGN_FORMAT_H
#define ASSAY_EVIDENCE_MINISIGN_FORMAT_H

#include <assay/error.h>
#include <assay/minisign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MINISIGN_COMMENT "untrusted comment: "
#define MINISIGN_TRUSTED "trusted comment: "
#define MINISIGN_COMMENT_MAX 1024 /* bytes of the untrusted comment's line */

struct minisign_public_wire {
    uint8_t algorithm[2]; /* "Ed" */
    uint8_t key_id[8];
    uint8_t key[32];
};

struct minisign_secret_wire {
    uint8_t algorithm[2];          /* "Ed" */
    uint8_t kdf_algorithm[2];      /* "Sc": encrypted under a scrypt key; 0 0: plain */
    uint8_t checksum_algorithm[2]; /* "B2" */
    uint8_t kdf_salt[32];
    uint8_t kdf_ops[8];
    uint8_t kdf_memory[8];
    uint8_t key_id[8];
    uint8_t key[64];      /* Ed25519 seed, then the public key */
    uint8_t checksum[32]; /* of an encrypted key; stock minisign leaves it zero in a plain one */
};

struct minisign_signature_wire {
    uint8_t algorithm[2]; /* "ED": over the BLAKE2b-512 of the file */
    uint8_t key_id[8];
    uint8_t signature[64];
};

struct assay_minisign_secret {
    struct minisign_secret_wire wire; /* in libcrypto's secure heap: locked, guarded, wiped */
};

/* Takes the next line out of `*text` (`*left` bytes): its start in *ret, its length without the
 * line's end (LF or CR LF) as the result; *text and *left move on. -1 when nothing is left. */
long minisign_next_line(const char **text, size_t *left, const char **ret);

/* Whether `len` bytes are one printable line: no control characters but TAB, well-formed UTF-8. */
int minisign_is_printable(const char *text, size_t len);

#endif
