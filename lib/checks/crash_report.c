/* systemd-coredump(8), apport, ABRT, pstore. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/systemd/coredump/**", "var/crash/**",      "var/lib/apport/**",
    "var/lib/systemd/pstore/**",   "var/spool/abrt/**", NULL,
};

const struct check check_crash_report = {
    .id = "hygiene.crash-report",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Crash report",
    .message = "The image carries the report of a crash, or the memory of a process that crashed.",
    .help = "It holds whatever the process had in memory: passwords, keys, documents. Delete the "
            "file before the image is packed.",
    .paths = paths,
};
