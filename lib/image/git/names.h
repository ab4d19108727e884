/* Where the blobs of a pack stand in the repository. */
#ifndef ASSAY_IMAGE_GIT_NAMES_H
#define ASSAY_IMAGE_GIT_NAMES_H

#include "image/git/pack.h"

/* Makes room, and a table of all ids. 0 or what ends the walk. */
int git_names_open(struct git_pack *pack);
void git_names_close(struct git_pack *pack);

/* Notes what the tree `index` names and has not been named before. What is no tree is passed over
 * from there on: false. */
bool git_names_take(struct git_pack *pack, uint32_t index, const uint8_t *data, size_t len);

/* The entry's path of an object: TYPE/ID, and /PATH where a tree of the pack names a blob. The
 * caller frees it; NULL when memory ran out. */
char *git_names_path(struct git_pack *pack, uint32_t index);

#endif
