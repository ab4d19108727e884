#!/bin/sh
# Swap space by mkswap, and the needle in a page of it.
set -eu
truncate -s 4M "$3"
mkswap -q "$3"
printf needle-in-a-haystack | dd of="$3" bs=1M seek=2 conv=notrunc status=none
