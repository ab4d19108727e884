/* Logs, but for the journal, which is a check of its own. */
#include "checks/check.h"

static const char *const paths[] = {
    "!var/log/journal/**",
    "!var/log/README",
    "var/log/**",
    NULL,
};

const struct check check_logs = {
    .id = "hygiene.logs",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Log files",
    .message = "The image carries a log file.",
    .help = "Logs hold names, addresses and times of the machine that the image was made on. "
            "Empty /var/log before the image is packed.",
    .paths = paths,
};
