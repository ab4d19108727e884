/* Nix archives: the parser that both rows in nar.c use. */
#ifndef ASSAY_IMAGE_FORMAT_NAR_H
#define ASSAY_IMAGE_FORMAT_NAR_H

#include "image/format.h"
#include "source/reader.h"

#define NAR_DEPTH_MAX 1024
#define NAR_TEXT_MAX 65536             /* bytes of one name or link target */
#define NAR_PATH_MAX ((size_t)1 << 20) /* bytes of one path */

struct nar_level {
    size_t folder, name; /* bytes of the path: its folder's, "/" included; of the name after it */
};

/* Large: on the heap. */
struct nar {
    struct image_walk *walk;
    struct reader reader;
    struct assay_buf path;                  /* of the node at hand */
    struct nar_level levels[NAR_DEPTH_MAX]; /* the folders that are open */
    unsigned depth;
    bool told; /* the damage that ended it has been reported */
    size_t text_len;
    char text[NAR_TEXT_MAX + 1]; /* the string read last, with a NUL behind it */
    struct assay_error err;
};

/* An unsigned number. Returns 0 or a negative errno with nar->err. */
int nar_number(struct nar *nar, uint64_t *ret);

/* A string of at most `max` bytes into nar->text. -EBADMSG for a longer one. */
int nar_string(struct nar *nar, size_t max);

/* Reads one archive, from its magic string to its last parenthesis, and hands over its nodes. Paths
 * begin with `root` ("": none; a lone file is then "(content)"). Returns 0, what ends the walk, or
 * -EBADMSG and the like with nar->err for damage; nar->told when that is reported already. */
int nar_archive(struct nar *nar, const char *root);

#endif
