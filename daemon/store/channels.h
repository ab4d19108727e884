/* What publishing and what people do have in common: a channel's flip. */
#ifndef ASSAY_STORE_CHANNELS_H
#define ASSAY_STORE_CHANNELS_H

#include "store/db.h"

/* Points the channel to `release`, with its serial one higher, and writes down who did it. Within
 * a transaction of the caller's. */
int channels_flip(struct store *store, const struct channel_act *act, int64_t release,
                  struct assay_error *err);

#endif
