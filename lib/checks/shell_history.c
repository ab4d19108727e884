/* What shells and other prompts remember of what was typed. */
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    static const char *const names[] = {
        ".bash_history",
        ".zsh_history",
        ".zhistory",
        ".histfile",
        ".zsh_sessions",
        ".ash_history",
        ".sh_history",
        ".ksh_history",
        ".mksh_history",
        ".history",
        ".tcsh_history",
        ".csh_history",
        ".xonsh_history",
        ".osh_history",
        ".python_history",
        ".node_repl_history",
        ".irb_history",
        ".php_history",
        ".psql_history",
        ".mysql_history",
        ".mariadb_history",
        ".sqlite_history",
        ".rediscli_history",
        ".dbshell",
        ".mongosh_history",
        ".lesshst",
        ".viminfo",
        ".wget-hsts",
        ".gdb_history",
        ".local/share/fish/fish_history",
        ".local/share/nix/repl-history",
        ".config/nushell/history.txt",
        ".local/share/mc/history",
        ".local/state/bash/history",
        ".local/state/zsh/history",
        ".local/state/python_history",
        ".local/state/less/history",
        ".cache/zsh/history",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (check_is_home_file(entry->path, names[i]))
            return check_in_system_root(entry);
    return false;
}

static int content(struct check_run *run, const struct check_content *content)
{
    return check_is_blank(content) ? 0 : check_report(run, content, NULL, 0, -1);
}

const struct check check_shell_history = {
    .id = "hygiene.shell-history",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Shell history",
    .message = "The image carries a history of typed commands.",
    .help = "Histories hold passwords, host names and whatever else someone typed while the image "
            "was made. Delete the file before the image is packed.",
    .wants = wants,
    .content = content,
};
