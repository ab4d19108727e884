#!/bin/sh
# A GPT with a FAT partition and one of ext4, in sectors of 512 or 4096 bytes, hybrid (an MBR that
# shows a partition as well), or with the needle between its partitions (gap). As systemd-repart
# makes them for NixOS (repart): an ESP, a squashfs with the store, and swap.
set -eu
if [ "$1" = repart ]; then
    mkfs.vfat -n ESP -C esp 1024
    mksquashfs "$2" store -quiet -no-progress -comp zstd
    truncate -s 2M swap
    mkswap -q swap
    truncate -s 40M "$3"
    sgdisk -a 1 -n 1:2048:+1M -t 1:ef00 -n 2:16384:+20M -t 2:8300 -n 3:65536:+2M -t 3:8200 "$3"
    dd if=esp of="$3" bs=1M seek=1 conv=notrunc
    dd if=store of="$3" bs=1M seek=8 conv=notrunc
    dd if=swap of="$3" bs=1M seek=32 conv=notrunc
    exit
fi
"$(dirname "$0")/ext4_disk.sh" "$2" raw
mkfs.vfat -n ESP -C esp 1024
truncate -s 64M "$3"
if [ "$1" = 4096 ]; then
    python3 "$(dirname "$0")/gpt_4096.py" "$3" 1,1 8,48
else
    sgdisk -a 1 -n 1:2048:+1M -t 1:ef00 -n 2:16384:+48M "$3"
fi
if [ "$1" = hybrid ]; then sgdisk -h 2 "$3"; fi
if [ "$1" = gap ]; then
    printf needle-in-a-haystack | dd of="$3" bs=1M seek=5 conv=notrunc
fi
dd if=esp of="$3" bs=1M seek=1 conv=notrunc
dd if=raw of="$3" bs=1M seek=8 conv=notrunc,sparse
