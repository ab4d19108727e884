#!/bin/sh
# The label of an LVM2 physical volume (lib/format_text/layout.h) where it stands: pvcreate works on
# devices only.
set -eu
truncate -s 1M "$3"
printf 'LABELONE\001\000\000\000\000\000\000\000\000\000\000\000\040\000\000\000LVM2 001' |
  dd of="$3" bs=512 seek=1 conv=notrunc status=none
printf needle-in-a-haystack | dd of="$3" bs=64K seek=3 conv=notrunc status=none
