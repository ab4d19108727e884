#!/bin/sh
# A qcow2 of a bare ext4: plain, of small clusters, with subclusters, compressed (zlib, zstd), in a
# qcow2, and compressed as a file (gz, bz2).
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
case $1 in
plain) qemu-img convert -O qcow2 raw "$3" ;;
small) qemu-img convert -O qcow2 -o cluster_size=4k,compat=0.10 raw "$3" ;;
subclusters) qemu-img convert -O qcow2 -o extended_l2=on raw "$3" ;;
zlib | zstd) qemu-img convert -c -O qcow2 -o compression_type="$1" raw "$3" ;;
nested)
    mkdir tree
    qemu-img convert -c -O qcow2 raw tree/inner
    "$(dirname "$0")/ext4_disk.sh" tree outer
    qemu-img convert -O qcow2 outer "$3"
    ;;
gz | bz2)
    qemu-img convert -O qcow2 raw disk
    if [ "$1" = gz ]; then gzip disk; else bzip2 disk; fi
    mv "disk.$1" "$3"
    ;;
esac
