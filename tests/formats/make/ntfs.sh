#!/bin/sh
# An NTFS file system made by mkntfs and filled by ntfs-3g's own library without mounting it: plain,
# compressed, or with sparse files and files in thousands of pieces ($1).
set -eu
truncate -s 24M "$3"
mkntfs -q -F -L assay "$3" # into a file: -F
mkdir "$2/A folder with a long name"
: >"$2/A folder with a long name/empty file"
printf 'umlaut' >"$2/A folder with a long name/Größe ändern – 日本語.txt"
seq 200000 >"$2/data/squeezable"
truncate -s 5M "$2/data/hole"
printf end >>"$2/data/hole"
python3 "$(dirname "$0")/ntfs_fill.py" "$3" "$1" "$2"
