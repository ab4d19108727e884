#!/bin/sh
# A tar in one of GNU tar's formats (gnu, pax, ustar), sparse files stored as such where it can; or
# of a disk with the tree in it: ova, box (an OVA's files in a tar.gz), flat (a VMDK's extent
# without its descriptor), raw (google-compute's sparse tar.gz).
set -eu
sparse=--sparse
case $1 in
ova | box | flat | raw)
    "$(dirname "$0")/mbr.sh" primary "$2" disk.raw
    ;;
ustar) sparse= ;;
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
*)
    # shellcheck disable=SC2086  # an option or nothing
    tar --format="$1" $sparse -cf "$3" -C "$2" .
    ;;
esac
