/* A VMDK's descriptor, which says in which files the disk lies. */
#ifndef ASSAY_IMAGE_FORMAT_VMDK_H
#define ASSAY_IMAGE_FORMAT_VMDK_H

#include <stdbool.h>
#include <stddef.h>

#define VMDK_NAME_MAX 200 /* bytes of a file's name that are shown */

struct vmdk_descriptor {
    bool whole;               /* a disk that is one sparse file, of no parent */
    bool parent;              /* made from another disk */
    size_t extents;           /* named in all */
    bool sparse;              /* the first is of type SPARSE */
    char name[VMDK_NAME_MAX]; /* the first one's file, "" when there is none */
};

/* Takes `text` apart (VMware's "Virtual Disk Format 5.0", "The Descriptor File"). */
void vmdk_parse(const char *text, struct vmdk_descriptor *ret);

#endif
