#!/bin/sh
# The format of LZMA utils around a tar: by xz, and by 7zz, which says the size.
set -eu
tar -cf tar -C "$2" .
case $1 in
xz) xz --format=lzma -1 <tar >"$3" ;;
esac
