/* shadow(5) and gshadow(5): field 2 is the hash. Their backups end in "-". */
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    static const char *const paths[] = {"etc/shadow", "etc/shadow-", "etc/gshadow", "etc/gshadow-"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        if (strcmp(entry->path, paths[i]) == 0)
            return check_in_system_root(entry);
    return false;
}

static int check_line(struct check_run *run, const struct check_content *content,
                      const uint8_t *line, size_t len)
{
    const uint8_t *field = memchr(line, ':', len), *end;
    size_t field_len, skip;

    if (!field)
        return 0;
    field++;
    field_len = len - (size_t)(field - line);
    end = memchr(field, ':', field_len);
    if (end)
        field_len = (size_t)(end - field);
    if (!check_is_password_hash((const char *)field, field_len, &skip))
        return 0;
    return check_report(run, content, field + skip, field_len - skip, field + skip - content->data);
}

static int content(struct check_run *run, const struct check_content *content)
{
    const uint8_t *line = content->data, *end = content->data + content->len;

    while (line < end) {
        const uint8_t *newline = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((newline ? newline : end) - line);
        int r = check_line(run, content, line, len);

        if (r < 0)
            return r;
        line += len + 1;
    }
    if (content->whole)
        return 0;
    return check_report_unread(run, content, "budget",
                               "The file is longer than the check for password hashes reads.");
}

const struct check check_shadow_hash = {
    .id = "hygiene.shadow-hash",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_HIGH,
    .title = "Password hash in /etc/shadow",
    .message = "The image carries the hash of an account's or group's password.",
    .help = "Everyone who has the image can try passwords against it at leisure, and every "
            "machine made from it opens to the same one. Lock the account (\"!\" in /etc/shadow; "
            "on NixOS leave the password options out) and set passwords at first boot. Change the "
            "password wherever it is in use.",
    .wants = wants,
    .content = content,
};
