#!/bin/sh
# An exFAT file system made by mkfs.exfat. Nothing fills one without mounting it: exfat_fill.py
# does, with files in one stretch ($1 is whole) or in pieces (pieces).
set -eu
truncate -s 16M "$3"
mkfs.exfat -L assay "$3"
mkdir "$2/A folder with a long name"
: >"$2/A folder with a long name/empty file"
printf 'umlaut' >"$2/A folder with a long name/Größe ändern – 日本語.txt"
python3 "$(dirname "$0")/exfat_fill.py" "$1" "$2" "$3"
fsck.exfat -n "$3"
