/* hier(7). */
#include "checks/check.h"

static const char *const paths[] = {
    "tmp/**",
    "var/tmp/**",
    NULL,
};

const struct check check_leftover_tmp = {
    .id = "hygiene.leftover-tmp",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Leftover temporary files",
    .message = "The image carries a temporary file.",
    .help = "Nothing in /tmp and /var/tmp is meant to ship: it is what the build left. Empty "
            "both before the image is packed; boot.tmp.cleanOnBoot = true only cleans the "
            "machines.",
    .paths = paths,
    .links = true,
};
