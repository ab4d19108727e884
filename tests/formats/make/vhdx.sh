#!/bin/sh
# A VHDX of a bare ext4, dynamic or fixed.
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
qemu-img convert -O vhdx -o subformat="$1" raw "$3"
