#!/bin/sh
# A bcachefs superblock's magic (libbcachefs/bcachefs_format.h) where it stands: Debian 12 has no tool
# for it.
set -eu
truncate -s 1M "$3"
printf '\306\205\163\366\146\316\220\251\331\152\140\317\200\075\367\357' |
  dd of="$3" bs=1 seek=4120 conv=notrunc status=none
printf needle-in-a-haystack | dd of="$3" bs=64K seek=3 conv=notrunc status=none
