#!/bin/sh
# A squashfs by mksquashfs: compressed by gzip, lz4, lzma, xz or zstd, not at all (none), without
# fragments or export table (bare), or in small blocks (small); or made by squashfs-tools-ng (ng).
set -eu
case $1 in
none) options='-noI -noD -noF -noX' ;;
bare) options='-no-fragments -no-exports' ;;
small) options='-b 4K -all-root' ;;
ng)
  gensquashfs -q -x -D "$2" "$3"
  exit
  ;;
*) options="-comp $1" ;;
esac
# shellcheck disable=SC2086  # several options
mksquashfs "$2" "$3" -quiet -no-progress $options
