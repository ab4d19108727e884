/* Layouts: archives that are known by what their members are called. They are read as any archive
 * is; being known, they are counted under their own name. */
#include <string.h>

#include "image/format.h"

#define FIRST 1u
#define SECOND 2u

/* What every row here has: one member of each kind makes it up. */
#define LAYOUT .kind = IMAGE_LAYOUT, .by = "", .complete = FIRST | SECOND

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* docker save: "Docker Image Specification v1.2", "Combined Image JSON + Filesystem Changeset
 * Format"; Docker 25 and later has the layers among OCI's blobs. */
static unsigned member_docker(const char *path)
{
    if (strcmp(path, "manifest.json") == 0)
        return FIRST;
    return ends_with(path, ".tar") || strncmp(path, "blobs/sha256/", 13) == 0 ? SECOND : 0;
}

const struct image_format image_format_docker_archive = {
    .name = "docker-archive",
    LAYOUT,
    .notes = "all layers, what an upper one deletes included; the configuration",
    .holder = "tar",
    .member = member_docker,
};

/* OCI Image Layout Specification 1.0 */
static unsigned member_oci(const char *path)
{
    if (strcmp(path, "oci-layout") == 0)
        return FIRST;
    return strncmp(path, "blobs/", 6) == 0 ? SECOND : 0;
}

const struct image_format image_format_oci_layout = {
    .name = "OCI layout",
    LAYOUT,
    .notes = "the same",
    .holder = "tar",
    .member = member_oci,
};

/* DMTF DSP0243, Open Virtualization Format: a description and disks */
static unsigned member_ova(const char *path)
{
    if (ends_with(path, ".ovf"))
        return FIRST;
    return ends_with(path, ".vmdk") || ends_with(path, ".vhd") || ends_with(path, ".img") ? SECOND
                                                                                          : 0;
}

const struct image_format image_format_ova = {
    .name = "ova",
    LAYOUT,
    .notes = "the description, and the disks as what they are",
    .holder = "tar",
    .member = member_ova,
};

/* deb(5) */
static unsigned member_deb(const char *path)
{
    if (strcmp(path, "debian-binary") == 0)
        return FIRST;
    return strncmp(path, "data.tar", 8) == 0 ? SECOND : 0;
}

const struct image_format image_format_deb = {
    .name = "deb",
    LAYOUT,
    .notes = "the package's files and its control files",
    .holder = "ar",
    .member = member_deb,
    .incomplete = "a Debian package without its files: it was cut",
};
