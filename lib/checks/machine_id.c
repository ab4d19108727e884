/* machine-id(5): 32 hexadecimal digits; empty or "uninitialized" in an image that is to be cloned.
 */
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    return (strcmp(entry->path, "etc/machine-id") == 0 ||
            strcmp(entry->path, "var/lib/dbus/machine-id") == 0) &&
           check_in_system_root(entry);
}

static int content(struct check_run *run, const struct check_content *content)
{
    static const char unset[] = "uninitialized";
    const uint8_t *id = content->data;
    size_t len = content->len;

    if (check_is_blank(content))
        return 0;
    while (len && memchr(" \t\r\n", id[len - 1], 4))
        len--;
    if (len == sizeof(unset) - 1 && memcmp(id, unset, len) == 0)
        return 0;
    return check_report(run, content, id, len, 0);
}

const struct check check_machine_id = {
    .id = "hygiene.machine-id",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Machine id baked in",
    .message = "The image carries a machine id, so that every machine made from it has the same.",
    .help = "systemd derives DHCP ids, journal names and application ids from it, and logs of "
            "different machines get mixed up. Ship /etc/machine-id empty or with the word "
            "\"uninitialized\" (machine-id(5)): the first boot makes one.",
    .wants = wants,
    .content = content,
};
