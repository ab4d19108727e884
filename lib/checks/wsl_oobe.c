/* [oobe] of wsl-distribution.conf: what happens at the first start. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/system.h"

static const char conf[] = "etc/wsl-distribution.conf";

static int command(struct check_run *run, const struct check_system *system)
{
    const struct system_node *node;
    char text[SYSTEM_PATH_MAX];

    if (!system_setting(system, conf, "oobe.command", text, sizeof(text)))
        return 0;
    if (system_find(system, text, &node, NULL) == SYSTEM_ABSENT)
        return system_report(run, system, conf, NULL,
                             "The first start runs %s (oobe.command), which is not in the image.",
                             text);
    return 0;
}

static int command_place(struct check_run *run, const struct check_system *system)
{
    char text[SYSTEM_PATH_MAX];

    if (!system_setting(system, conf, "oobe.command", text, sizeof(text)) ||
        strncmp(text, "/usr/lib/wsl/", 13) == 0 || strncmp(text, "/usr/libexec/wsl/", 17) == 0)
        return 0;
    return system_report(run, system, conf, text, "oobe.command is %s, outside of /usr/lib/wsl.",
                         text);
}

/* What WSL takes for a distribution's name: ^[a-zA-Z0-9._-]{1,256}$ */
static bool is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= 256 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

static int name(struct check_run *run, const struct check_system *system)
{
    char text[1024];

    if (!system_at(system, conf))
        return 0;
    if (!system_setting(system, conf, "oobe.defaultname", text, sizeof(text)))
        return system_report(run, system, conf, NULL,
                             "/etc/wsl-distribution.conf sets no oobe.defaultName.");
    if (is_name(text))
        return 0;
    return system_report(run, system, conf, text,
                         "oobe.defaultName is \"%s\", which is no name for a distribution.", text);
}

static int uid(struct check_run *run, const struct check_system *system)
{
    char text[1024];
    int r = 0;

    if (!system_setting(system, conf, "oobe.defaultuid", text, sizeof(text)))
        return 0;
    if (strcmp(text, "1000") != 0)
        r = system_report(run, system, conf, text, "oobe.defaultUid is %s and not 1000.", text);
    if (r == 0 && system_has_user(system, NULL, strtoll(text, NULL, 10)))
        r = system_report(run, system, "etc/passwd", text,
                          "The account that oobe.command is to make (uid %s) is there already.",
                          text);
    return r;
}

const struct check check_wsl_oobe_command = {
    .id = "wsl.oobe-command",
    .class = FINDING_WSL,
    .severity = SEVERITY_HIGH,
    .title = "Missing command of the first start",
    .message = "oobe.command names a file that is not in the image.",
    .help = "The first start fails, and nobody gets a user account. Correct oobe.command in "
            "/etc/wsl-distribution.conf, or put the program there.",
    .system = command,
};

const struct check check_wsl_oobe_command_place = {
    .id = "wsl.oobe-command-place",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Command of the first start in an odd place",
    .message = "oobe.command lies outside of /usr/lib/wsl and /usr/libexec/wsl.",
    .help =
        "Microsoft's validator warns of it. Put the program into /usr/lib/wsl, or make its path "
        "an exception in the policy.",
    .system = command_place,
};

const struct check check_wsl_default_name = {
    .id = "wsl.default-name",
    .class = FINDING_WSL,
    .severity = SEVERITY_MEDIUM,
    .title = "No usable name for the distribution",
    .message = "/etc/wsl-distribution.conf sets no usable oobe.defaultName.",
    .help = "A double-click on the image needs it. Set [oobe] defaultName to 1 to 256 letters, "
            "digits, dots, dashes and underscores.",
    .system = name,
};

const struct check check_wsl_default_uid = {
    .id = "wsl.default-uid",
    .class = FINDING_WSL,
    .severity = SEVERITY_LOW,
    .title = "Odd uid for the first user",
    .message = "oobe.defaultUid is not 1000, or is in use.",
    .help = "WSL's file sharing expects the user at 1000, and oobe.command cannot make an account "
            "that is there. Set defaultUid to 1000, or leave it out when the image has its user "
            "(wsl.defaultUser).",
    .system = uid,
};
