#!/bin/sh
# An MBR: the ext4 is a primary partition, the third logical one of a chain (logical), one whose
# chain goes back and forth on the disk (unsorted), or none: the needle stands in a gap.
set -eu
"$(dirname "$0")/ext4_disk.sh" "$2" raw
truncate -s 80M "$3"
case $1 in
primary | gap) printf '16384,48M,L\n' | sfdisk -q "$3" ;;
logical)
    printf '2048,1M,L\n4096,76M,E\n6144,1M,L\n10240,1M,L\n16384,48M,L\n' | sfdisk -q "$3"
    ;;
unsorted) # the second logical partition is made before the first, so that it is the first link
    printf '2048,1M,L\n4096,76M,E\n16384,48M,L\n6144,1M,L\n' | sfdisk -q "$3"
    ;;
esac
if [ "$1" = gap ]; then
    printf needle-in-a-haystack | dd of="$3" bs=1M seek=5 conv=notrunc
fi
dd if=raw of="$3" bs=1M seek=8 conv=notrunc,sparse
