/* systemd-creds(1): the host key of encrypted credentials. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/systemd/credential.secret",
    NULL,
};

const struct check check_credential_secret = {
    .id = "hygiene.credential-secret",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Key of systemd credentials baked in",
    .message = "The image carries the key that systemd encrypts credentials with.",
    .help = "Whoever has the image can decrypt the credentials of every machine made from it. "
            "Delete /var/lib/systemd/credential.secret before the image is packed; systemd-creds "
            "makes one when it needs it (systemd-creds setup).",
    .paths = paths,
};
