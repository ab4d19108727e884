#!/bin/sh
# The start of a member's superblock, version 1.2 (linux/raid/md_p.h), where it stands: mdadm works on
# devices only.
set -eu
truncate -s 1M "$3"
printf '\374\116\053\251\001\000\000\000' | dd of="$3" bs=4K seek=1 conv=notrunc status=none
printf needle-in-a-haystack | dd of="$3" bs=64K seek=3 conv=notrunc status=none
