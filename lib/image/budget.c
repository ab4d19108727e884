/* The limits of an audit, and the names of the reasons for not reading something. */
#include "image/image.h"

const struct image_budget image_budget_default = {
    .depth = 8,
    .entries = 5000000,
    .expanded = UINT64_C(64) << 30,
    .ratio = 200,
    .name = 4096,
    .seconds = 7200,
};

const char *unread_token(enum unread_reason reason)
{
    static const char *const tokens[] = {
        [UNREAD_CORRUPT] = "corrupt",     [UNREAD_UNSUPPORTED] = "unsupported",
        [UNREAD_ENCRYPTED] = "encrypted", [UNREAD_BUDGET] = "budget",
        [UNREAD_REFUSED] = "refused",     [UNREAD_EMPTY] = "empty",
        [UNREAD_UNKNOWN] = "unknown",
    };

    return tokens[reason];
}
