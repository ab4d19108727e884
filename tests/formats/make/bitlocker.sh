#!/bin/sh
# A BitLocker volume's boot sector as far as it is looked at: only Windows makes one.
set -eu
truncate -s 1M "$3"
printf '\353\130\220-FVE-FS-' | dd of="$3" conv=notrunc status=none
printf needle-in-a-haystack | dd of="$3" bs=64K seek=3 conv=notrunc status=none
