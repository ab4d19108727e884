#!/bin/sh
# xz around a tar: filters, checks, blocks and streams of several kinds; or what nixpkgs makes: a
# kernel with an initrd that holds the store (kexec).
set -eu
tar -cf tar -C "$2" .
case $1 in
blocks) xz -T2 --block-size=300KiB <tar >"$3" ;;
bcj) xz --x86 --lzma2=preset=1 --check=none <tar >"$3" ;;
delta) xz --delta=dist=4 --lzma2=preset=1 --check=sha256 <tar >"$3" ;;
streams) split -b 700k --filter='xz -1; head -c 12 /dev/zero' tar >"$3" ;;
tar) xz -1 <tar >"$3" ;;
kexec)
    mkdir -p cpio kexec
    mksquashfs "$2" cpio/nix-store.squashfs -quiet -no-progress -comp zstd
    (cd cpio && find . | LC_ALL=C sort | cpio --quiet -o -H newc | gzip) >kexec/initrd.gz
    echo kernel >kexec/bzImage
    tar -cf - kexec | xz -1 >"$3"
    ;;
esac
