#!/bin/sh
# LZ4 frames around a tar: linked and independent blocks, checksums, several frames, the old format.
set -eu
tar -cf tar -C "$2" .
case $1 in
frames) split -b 700k --filter='lz4 -q -9' tar >"$3" ;;
legacy) lz4 -q -l <tar >"$3" ;;
linked) lz4 -q -BD -BX -B4 <tar >"$3" ;;
sized) lz4 -q --content-size tar "$3" ;;
tar) lz4 -q <tar >"$3" ;;
esac
