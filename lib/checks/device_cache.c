/* libblkid(3), LVM and multipath. */
#include "checks/check.h"

static const char *const paths[] = {
    "etc/blkid.tab*",         "etc/blkid/*",
    "run/blkid/**",           "var/lib/blkid/**",
    "etc/lvm/cache/**",       "etc/lvm/archive/**",
    "etc/lvm/backup/**",      "etc/multipath/wwids",
    "etc/multipath/bindings", NULL,
};

const struct check check_device_cache = {
    .id = "hygiene.device-cache",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Cache of block devices",
    .message = "The image carries a cache of the block devices of one machine.",
    .help = "It holds the identifiers and labels of the disks that the image was made on. Delete "
            "the file before the image is packed; it is made anew.",
    .paths = paths,
};
