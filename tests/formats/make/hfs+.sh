#!/bin/sh
# The start of a volume header of HFS+ or HFSX (Apple's Technical Note TN1150) where it stands: Debian
# 12 has no mkfs for it.
set -eu
truncate -s 1M "$3"
case $1 in
plus) printf 'H+\000\004' ;;
x) printf 'HX\000\005' ;;
esac | dd of="$3" bs=1024 seek=1 conv=notrunc status=none
printf needle-in-a-haystack | dd of="$3" bs=64K seek=3 conv=notrunc status=none
