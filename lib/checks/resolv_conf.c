/* /etc/resolv.conf: written by WSL and by network managers, so that one in an image is the build
 * host's. */
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    return strcmp(entry->path, "etc/resolv.conf") == 0 && check_in_system_root(entry);
}

static int content(struct check_run *run, const struct check_content *content)
{
    return check_is_blank(content) ? 0 : check_report(run, content, NULL, 0, -1);
}

const struct check check_resolv_conf = {
    .id = "hygiene.resolv-conf",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Name servers baked in",
    .message = "The image carries an /etc/resolv.conf that is not empty.",
    .help = "It names the build host's name servers and search domains, and keeps WSL from "
            "writing its own. Leave /etc/resolv.conf out of the image, or empty.",
    .wants = wants,
    .content = content,
};
