#include "scan/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

static const char *const classes[] = {
    [FINDING_SECRET] = "secret",       [FINDING_IDENTITY] = "identity",
    [FINDING_PERSONAL] = "personal",   [FINDING_HYGIENE] = "hygiene",
    [FINDING_NIXOS] = "nixos",         [FINDING_WSL] = "wsl",
    [FINDING_UNAUDITED] = "unaudited",
};

static const char *const severities[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low",           [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
};

static const char *const holders[] = {
    [ENTRY_IN_FILE] = "file",
    [ENTRY_IN_DELETED] = "deleted",
    [ENTRY_IN_UNALLOCATED] = "unallocated",
    [ENTRY_IN_SLACK] = "slack",
    [ENTRY_IN_METADATA] = "metadata",
    [ENTRY_IN_RAW] = "raw",
};

static int parse(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; name && i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -EINVAL;
}

const char *finding_class_name(enum finding_class class)
{
    return classes[class];
}

int finding_class_parse(const char *name, enum finding_class *ret)
{
    int r = parse(classes, sizeof(classes) / sizeof(*classes), name);

    if (r < 0)
        return r;
    *ret = (enum finding_class)r;
    return 0;
}

const char *severity_name(enum severity severity)
{
    return severities[severity];
}

int severity_parse(const char *name, enum severity *ret)
{
    int r = parse(severities, sizeof(severities) / sizeof(*severities), name);

    if (r < 0)
        return r;
    *ret = (enum severity)r;
    return 0;
}

const char *finding_in_name(enum entry_in in)
{
    return holders[in];
}

char *finding_path(const char *container, const char *path)
{
    size_t size = strlen(container ? container : "") + strlen(path ? path : "") + 2;
    char *text = malloc(size);

    if (!text)
        return NULL;
    if (container && *container)
        image_where(container, path ? path : "", text, size);
    else
        snprintf(text, size, "/%s", path ? path : "");
    return text;
}

void finding_redact(const uint8_t *secret, size_t len, size_t keep, char *ret, size_t size)
{
    char prefix[9];
    size_t n = keep;

    if (n > 8)
        n = 8;
    if (n > len / 4)
        n = len / 4;
    for (size_t i = 0; i < n; i++) {
        if (secret[i] < 0x20 || secret[i] > 0x7e)
            n = i;
        else
            prefix[i] = (char)secret[i];
    }
    prefix[n] = '\0';
    snprintf(ret, size, "%s\xe2\x80\xa6(%zu)", prefix, len);
}
