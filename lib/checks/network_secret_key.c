/* NetworkManager(8): the host's secret key. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/NetworkManager/secret_key",
    NULL,
};

const struct check check_network_secret_key = {
    .id = "hygiene.network-secret-key",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Key of NetworkManager baked in",
    .message = "The image carries the key that NetworkManager derives stable addresses from.",
    .help = "Machines made from the image have the same \"stable\" addresses and client ids, and "
            "can be recognised by them. Delete /var/lib/NetworkManager/secret_key before the "
            "image is packed; NetworkManager makes a new one.",
    .paths = paths,
};
