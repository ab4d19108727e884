#!/bin/sh
# A LUKS volume: its header by cryptsetup, and where it keeps what it encrypts, the needle.
set -eu
truncate -s 20M "$3"
printf secret | cryptsetup luksFormat --type "$1" --batch-mode --pbkdf pbkdf2 \
  --pbkdf-force-iterations 1000 --key-file - "$3"
printf needle-in-a-haystack | dd of="$3" bs=1M seek=18 conv=notrunc status=none
