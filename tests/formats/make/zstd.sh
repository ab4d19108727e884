#!/bin/sh
# zstd around a tar: several frames, long windows, without a checksum or size.
set -eu
tar -cf tar -C "$2" .
case $1 in
frames) split -b 700k --filter='zstd -q' tar >"$3" ;;
long) zstd -q --long=27 --no-check <tar >"$3" ;;
sized) zstd -q -19 tar -o "$3" ;;
tar) zstd -q <tar >"$3" ;;
esac
