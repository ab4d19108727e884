#!/bin/sh
# The signature of a RAR archive, of version 4 or 5 ("RAR 5.0 archive format", 1.0), and bytes behind
# it: nothing in Debian makes one.
set -eu
case $1 in
4) printf 'Rar!\032\007\000' >"$3" ;;
5) printf 'Rar!\032\007\001\000' >"$3" ;;
esac
printf needle-in-a-haystack >>"$3"
