#!/bin/sh
# A btrfs with the tree in it.
set -eu
truncate -s 120M "$3"
mkfs.btrfs -q --rootdir "$2" --shrink "$3"
