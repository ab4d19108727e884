/* What systemd-random-seed(8), older init scripts and systemd-boot keep for the next boot. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/systemd/random-seed", "var/lib/urandom/random-seed", "var/lib/random-seed",
    "var/lib/misc/random-seed",    "loader/random-seed",          "boot/loader/random-seed",
    "boot/efi/loader/random-seed", "efi/loader/random-seed",      NULL,
};

const struct check check_random_seed = {
    .id = "hygiene.random-seed",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Random seed baked in",
    .message = "The image carries a random seed.",
    .help = "Every machine made from the image starts its random numbers from the same bytes, "
            "and so may make the same keys. Delete the file before the image is packed: "
            "systemd-random-seed.service and the boot loader make a new one.",
    .paths = paths,
};
