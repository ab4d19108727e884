/* core(5): an ELF file of the type ET_CORE. The name is "core", "core.PID" or as
 * kernel.core_pattern has it. */
#include <ctype.h>
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    const char *slash = strrchr(entry->path, '/'), *name = slash ? slash + 1 : entry->path;
    size_t len = strlen(name);

    if (len > 5 && strcmp(name + len - 5, ".core") == 0)
        return true;
    return strncmp(name, "core", 4) == 0 &&
           (!name[4] || (name[4] == '.' && isdigit((unsigned char)name[5])));
}

static int content(struct check_run *run, const struct check_content *content)
{
    static const uint8_t elf[] = {0x7f, 'E', 'L', 'F'};
    const uint8_t *data = content->data;
    bool big;

    if (content->len < 18 || memcmp(data, elf, sizeof(elf)) != 0)
        return 0;
    big = data[5] == 2; /* EI_DATA; e_type is at 16, ET_CORE is 4 */
    return data[big ? 17 : 16] == 4 && data[big ? 16 : 17] == 0
               ? check_report(run, content, NULL, 0, -1)
               : 0;
}

const struct check check_core_dump = {
    .id = "hygiene.core-dump",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Core dump",
    .message = "The image carries the memory of a process that crashed.",
    .help = "It holds whatever the process had in memory: passwords, keys, documents. Delete the "
            "file before the image is packed; systemd.coredump.enable = false or a limit of 0 "
            "keeps new ones from being written.",
    .wants = wants,
    .content = content,
    .content_max = 64,
};
