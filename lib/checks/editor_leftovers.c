/* Vim's swap files, and the backups and auto-saves of Emacs and others. */
#include "checks/check.h"

static const char *const paths[] = {
    "**/.*.sw[a-p]", "**/.sw[a-p]", "etc/*~", "etc/*/*~", "etc/nixos/**/*~",
    "~/*~",          "~/.*~",       "**/#*#", NULL,
};

const struct check check_editor_leftovers = {
    .id = "hygiene.editor-leftovers",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "Leftovers of an editor",
    .message = "The image carries what an editor left: a swap file, a backup or a lock.",
    .help = "It holds an earlier or unfinished version of a file, with what was taken out of it "
            "since. Delete the file before the image is packed.",
    .paths = paths,
};
