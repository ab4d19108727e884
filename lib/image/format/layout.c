/* Layouts: archives that are known by what their members are called. They are read as any archive
 * is; being known, they are counted under their own name. */
#include <string.h>

#include "image/format.h"

#define FIRST 1u
#define SECOND 2u

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
    .kind = IMAGE_LAYOUT,
    .by = "",
    .notes = "all layers, what an upper one deletes included; the configuration",
    .holder = "tar",
    .member = member_docker,
    .complete = FIRST | SECOND,
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
    .kind = IMAGE_LAYOUT,
    .by = "",
    .notes = "the same",
    .holder = "tar",
    .member = member_oci,
    .complete = FIRST | SECOND,
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
    .kind = IMAGE_LAYOUT,
    .by = "",
    .notes = "the description, and the disks as what they are",
    .holder = "tar",
    .member = member_ova,
    .complete = FIRST | SECOND,
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
    .kind = IMAGE_LAYOUT,
    .by = "",
    .notes = "the package's files and its control files",
    .holder = "ar",
    .member = member_deb,
    .complete = FIRST | SECOND,
    .incomplete = "a Debian package without its files: it was cut",
};
