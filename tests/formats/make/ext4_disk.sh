#!/bin/sh
# What the other scripts put into disks: `ext4_disk.sh TREE OUT` makes an ext4 file system of TREE.
set -eu
truncate -s 48M "$2"
mke2fs -q -F -t ext4 -d "$1" "$2"
