#!/bin/sh
# A VMDK of a bare ext4: sparse (monolithicSparse), stream (streamOptimized), or pointing, which
# names another file.
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
case $1 in
sparse) qemu-img convert -O vmdk -o subformat=monolithicSparse raw "$3" ;;
stream) qemu-img convert -O vmdk -o subformat=streamOptimized raw "$3" ;;
pointing)
    qemu-img convert -O vmdk -o subformat=monolithicFlat raw disk.vmdk
    echo "# needle-in-a-haystack" >>disk.vmdk
    mv disk.vmdk "$3"
    ;;
esac
