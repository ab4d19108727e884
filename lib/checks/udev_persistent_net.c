/* Rules that older versions of udev wrote for the hardware they met. */
#include "checks/check.h"

static const char *const paths[] = {
    "etc/udev/rules.d/70-persistent-*.rules",
    "etc/udev/rules.d/75-persistent-*.rules",
    "etc/udev/rules.d/*-net-setup-link.rules",
    NULL,
};

const struct check check_udev_persistent_net = {
    .id = "hygiene.udev-persistent-net",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Names bound to one network card",
    .message = "The image carries udev rules for the hardware of one machine.",
    .help = "They hold MAC addresses, and give the cards of every other machine other names than "
            "expected. Delete the file before the image is packed; udev names cards predictably "
            "without it.",
    .paths = paths,
};
