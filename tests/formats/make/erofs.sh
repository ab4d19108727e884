#!/bin/sh
# An EROFS, not compressed, with the tree in it.
set -eu
mkfs.erofs "$3" "$2" >/dev/null
