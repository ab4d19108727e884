#!/bin/sh
# A tar in one of GNU tar's formats, sparse files stored as such where it can; or of a disk with the
# tree in it: ova, box (an OVA's files in a tar.gz), flat (a VMDK's extent without its descriptor),
# raw (google-compute's sparse tar.gz).
set -eu
case $1 in
ova | box | flat | raw) "$(dirname "$0")/mbr.sh" primary "$2" disk.raw ;;
esac
case $1 in
ova | box)
    qemu-img convert -O vmdk -o subformat=streamOptimized disk.raw disk.vmdk
    echo '<Envelope/>' >box.ovf
    tar --format=ustar -cf ova box.ovf disk.vmdk
    if [ "$1" = box ]; then gzip ova && mv ova.gz ova; fi
    mv ova "$3"
    ;;
flat)
    qemu-img convert -O vmdk -o subformat=monolithicFlat disk.raw disk.vmdk
    tar --format=gnu -cf "$3" disk-flat.vmdk
    ;;
raw) tar --format=gnu --sparse -czf "$3" disk.raw ;;
bsdtar) bsdtar --format=pax -cf "$3" -C "$2" . ;;
copies) tar --hard-dereference -cf "$3" -C "$2" . ;;
ustar | v7) tar --format="$1" -cf "$3" -C "$2" . ;;
sparse-*) tar --format=pax --sparse --sparse-version="${1#*-}" -cf "$3" -C "$2" . ;;
gnu | oldgnu) tar --format="$1" --sparse -cf "$3" -C "$2" . ;;
pax) tar --format=pax --sparse --xattrs --acls -cf "$3" -C "$2" . ;;
esac
