/* cloud-init, and the agents of Azure and AWS. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/cloud/instances/**", "var/lib/cloud/instance/**", "var/lib/cloud/data/**",
    "var/lib/cloud/seed/**",      "var/lib/cloud/sem/**",      "var/lib/waagent/**",
    "var/lib/amazon/ssm/**",      "run/cloud-init/**",         NULL,
};

const struct check check_cloud_init = {
    .id = "hygiene.cloud-init",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Data of a cloud instance",
    .message = "The image carries what cloud-init or a cloud agent kept of one instance.",
    .help = "It holds user data (with passwords and keys as they were given), instance ids and "
            "host names, and keeps the first boot of a machine made from the image from being "
            "one. Run cloud-init clean --logs --seed before the image is packed.",
    .paths = paths,
};
