/* Offline validations that a rule can name in "check": what they refuse is no secret. */
#ifndef ASSAY_SCAN_CHECKSUM_H
#define ASSAY_SCAN_CHECKSUM_H

#include <assay/buf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct checksum {
    const char *name;
    bool (*holds)(const uint8_t *secret, size_t len);
    bool guess; /* it knows no form, only what is likely: that makes no rule more telling */
};

/* The row named `name`, or NULL. */
const struct checksum *checksum_find(const char *name);

/* Appends the names of all rows, separated by ", ". */
int checksum_names(struct assay_buf *ret);

/* The rows that live in files of their own. */
bool checksum_pem(const uint8_t *secret, size_t len);
bool checksum_crypt(const uint8_t *secret, size_t len);
bool checksum_gitlab(const uint8_t *secret, size_t len);
bool checksum_grafana(const uint8_t *secret, size_t len);
bool checksum_discord(const uint8_t *secret, size_t len);
bool checksum_base64_json(const uint8_t *secret, size_t len);

/* CRC-32 as in ISO 3309 and zlib. */
uint32_t checksum_crc32(const uint8_t *bytes, size_t len);
bool checksum_pgp_plain(const uint8_t *secret, size_t len);
bool checksum_pgp_encrypted(const uint8_t *secret, size_t len);
bool checksum_pgp_packet_plain(const uint8_t *secret, size_t len);
bool checksum_pgp_packet_encrypted(const uint8_t *secret, size_t len);
bool checksum_ssh2_plain(const uint8_t *secret, size_t len);
bool checksum_ssh2_encrypted(const uint8_t *secret, size_t len);
bool checksum_keytab(const uint8_t *secret, size_t len);
bool checksum_minisign(const uint8_t *secret, size_t len);
bool checksum_bip32(const uint8_t *secret, size_t len);
bool checksum_random(const uint8_t *secret, size_t len);
bool checksum_password(const uint8_t *secret, size_t len);
bool checksum_cisco7(const uint8_t *secret, size_t len);

/* Decodes base64 of either alphabet as found in the wild: blanks and literal "\n" and "\r" are
 * skipped, it ends at the first "=" or any other character. Writes at most `size` bytes to `ret`
 * and returns how many; *ret_used (may be NULL) receives how much of the text was taken. */
size_t checksum_base64(const uint8_t *text, size_t len, uint8_t *ret, size_t size,
                       size_t *ret_used);

#endif
