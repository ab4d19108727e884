/* What everybody can change: files with the bit, and folders with it that lack the sticky bit, in
 * which everybody can replace everybody's files. */
#include "checks/check.h"

static int entry(struct check_run *run, const struct entry *entry)
{
    bool open = (entry->type == ENTRY_FILE && (entry->mode & 0002)) ||
                (entry->type == ENTRY_DIR && (entry->mode & 01002) == 0002);

    /* A container without owners (FAT, zip) has no modes worth the name either. */
    if (!open || entry->in != ENTRY_IN_FILE || entry->uid < 0 || !check_in_system_root(entry))
        return 0;
    return check_report_many(run, entry);
}

const struct check check_world_writable = {
    .id = "hygiene.world-writable",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "File or folder that everybody can change",
    .message = "The image carries a file that everybody can write to, or such a folder without the "
               "sticky bit.",
    .help = "Any user or service can change what others read or run. Take the bit away (chmod o-w) "
            "or set the sticky bit (chmod +t); on NixOS give the mode in systemd.tmpfiles.rules or "
            "environment.etc.<name>.mode.",
    .entry = entry,
};
