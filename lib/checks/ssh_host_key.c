/* SSH host keys: /etc/ssh/ssh_host_*_key, and wherever such a file is kept for it. On NixOS /etc is
 * links into the store, so that the key itself is nix/store/HASH-etc/etc/ssh/ssh_host_*_key or
 * nix/store/HASH-ssh_host_*_key; persistent systems keep it under another folder altogether. The
 * file's own name is the same everywhere, and the content decides. */
#include <fnmatch.h>
#include <string.h>

#include "checks/check.h"

static bool wants(const struct entry *entry)
{
    const char *slash = strrchr(entry->path, '/'), *name = slash ? slash + 1 : entry->path;
    const char *host = strstr(name, "ssh_host_");

    return host && (host == name || host[-1] == '-') && fnmatch("ssh_host_*_key", host, 0) == 0 &&
           check_in_system_root(entry);
}

/* The start of the key's own text: what follows the line "-----BEGIN ... PRIVATE KEY-----". */
static const uint8_t *find_body(const struct check_content *content)
{
    static const char begin[] = "-----BEGIN ", end[] = "PRIVATE KEY-----";
    const uint8_t *first = memmem(content->data, content->len, begin, sizeof(begin) - 1);
    size_t left;
    const uint8_t *line, *stop;

    if (!first)
        return NULL;
    left = content->len - (size_t)(first - content->data);
    line = memchr(first, '\n', left);
    stop = memmem(first, line ? (size_t)(line - first) : left, end, sizeof(end) - 1);
    return stop ? stop + sizeof(end) - 1 : NULL;
}

static int content(struct check_run *run, const struct check_content *content)
{
    static const char end[] = "-----END";
    const uint8_t *body = find_body(content), *stop;
    size_t left;

    if (!body)
        return 0;
    left = content->len - (size_t)(body - content->data);
    stop = memmem(body, left, end, sizeof(end) - 1);
    if (stop)
        left = (size_t)(stop - body);
    if (left == 0)
        return check_report(run, content, NULL, 0, -1);
    return check_report(run, content, body, left, body - content->data);
}

const struct check check_ssh_host_key = {
    .id = "hygiene.ssh-host-key",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_CRITICAL,
    .title = "SSH host key baked in",
    .message = "The image carries the private half of an SSH host key.",
    .help = "Everyone who has the image can pose as every machine made from it. Take the key out "
            "of the image (and out of --extra-files and environment.etc), let sshd make one at "
            "first boot (services.openssh.hostKeys), and replace the key on machines that have "
            "it.",
    .wants = wants,
    .content = content,
};
