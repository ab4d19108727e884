/* systemd-journald(8). */
#include "checks/check.h"

static const char *const paths[] = {
    "var/log/journal/**",
    "run/log/journal/**",
    NULL,
};

const struct check check_journal = {
    .id = "hygiene.journal",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Journal of the build host or a test run",
    .message = "The image carries a systemd journal.",
    .help = "A journal holds host names, user names, command lines and addresses, under the "
            "machine id of whatever wrote it. Delete /var/log/journal before the image is "
            "packed, or set services.journald.storage = \"volatile\" where the image is run for "
            "a test.",
    .paths = paths,
};
