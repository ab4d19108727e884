#!/bin/sh
# lzip around a tar, in one member or several.
set -eu
tar -cf tar -C "$2" .
case $1 in
members) split -b 700k --filter='lzip -1' tar >"$3" ;;
tar) lzip -1 <tar >"$3" ;;
esac
