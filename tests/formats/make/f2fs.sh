#!/bin/sh
# An F2FS with the tree in it.
set -eu
truncate -s 64M "$3"
mkfs.f2fs -q "$3" >/dev/null
sload.f2fs -f "$2" "$3" >/dev/null
