#!/bin/sh
# A VDI of a bare ext4, dynamic or static.
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
case $1 in
static) qemu-img convert -O vdi -o static=on raw "$3" ;;
*) qemu-img convert -O vdi raw "$3" ;;
esac
