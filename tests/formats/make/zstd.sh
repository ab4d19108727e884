#!/bin/sh
# zstd around a tar: several frames, long windows, without a checksum or size; or around what nixpkgs
# makes: a card with firmware and root partitions (sd-card), an ISO with the store in it (iso).
set -eu
make=$(dirname "$0")
tar -cf tar -C "$2" .
case $1 in
frames) split -b 700k --filter='zstd -q' tar >"$3" ;;
long) zstd -q --long=27 --no-check <tar >"$3" ;;
sized) zstd -q -19 tar -o "$3" ;;
tar) zstd -q <tar >"$3" ;;
sd-card)
    "$make/ext4_disk.sh" "$2" root
    mkfs.vfat -n FIRMWARE -C firmware 4096
    truncate -s 64M card
    printf '2048,4M,b\n16384,48M,L\n' | sfdisk -q card
    dd if=firmware of=card bs=1M seek=1 conv=notrunc
    dd if=root of=card bs=1M seek=8 conv=notrunc,sparse
    zstd -q <card >"$3"
    ;;
iso)
    "$make/iso9660.sh" nixos "$2" "$PWD/image.iso"
    zstd -q <image.iso >"$3"
    ;;
esac
