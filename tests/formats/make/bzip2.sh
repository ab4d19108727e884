#!/bin/sh
# bzip2 around a tar, in one stream or several.
set -eu
tar -cf tar -C "$2" .
case $1 in
streams) split -b 700k --filter='bzip2 -1' tar >"$3" ;;
tar) bzip2 <tar >"$3" ;;
esac
