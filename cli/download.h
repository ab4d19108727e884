/* Fetching an artifact to a file that another attempt can go on with. */
#ifndef ASSAY_CLI_DOWNLOAD_H
#define ASSAY_CLI_DOWNLOAD_H

#include "cli.h"
#include "evidence.h"

struct download {
    const char *path;   /* on the server, encoded */
    const char *sha256; /* expected digest; the ETag too */
    uint64_t size;      /* expected bytes */
    const char *part;   /* file to write, beside the final one */
};

/* Downloads to `part`. What it holds already is kept and gone on with (Range, If-Range); where the
 * whole then has the wrong digest, because the beginning was another file's, it is fetched once
 * more from its start. Never more than `size` bytes are written. Returns CLI_OK with the digests
 * of what stands on the disk, which are the expected ones; CLI_UNVERIFIED when they are not (and
 * `part` is removed); CLI_SERVER when the transfer broke off (and `part` is kept). */
int download(struct cli *cli, const struct download *download, struct evidence_file *ret);

#endif
