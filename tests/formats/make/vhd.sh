#!/bin/sh
# A VHD of a bare ext4, dynamic or fixed.
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
qemu-img convert -O vpc -o subformat="$1",force_size raw "$3"
