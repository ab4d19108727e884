#!/bin/sh
# A FAT file system of 12, 16 or 32 bits, filled by mtools: long and foreign names, files in pieces.
set -eu
export MTOOLS_SKIP_CHECK=1 LC_ALL=C.UTF-8
tree=$2
out=$3

mkdir "$tree/A folder with a long name"
: >"$tree/A folder with a long name/empty file, long name.text"
printf 'umlaut' >"$tree/A folder with a long name/Größe ändern – 日本語.txt"
printf 'space' >"$tree/data/.hidden.name.with.dots"
case $1 in
12) mkfs.vfat -F 12 -n ASSAY -C "$out" 2880 ;;
16) mkfs.vfat -F 16 -s 2 -n ASSAY -C "$out" 8000 ;;
32) mkfs.vfat -F 32 -n ASSAY -C "$out" 40000 ;;
32-large-sectors) mkfs.vfat -F 32 -S 4096 -s 1 -n ASSAY -C "$out" 300000 ;;
esac
# What is written into the gaps that other files leave lies in pieces.
i=0
while [ $i -lt 60 ]; do
  head -c 9000 /dev/zero | tr '\0' "$((i % 10))" >"gap$i"
  i=$((i + 1))
done
mcopy -i "$out" gap* ::
mdel -i "$out" '::gap*[02468]'
head -c 280000 /dev/urandom >"$tree/pieces"
mcopy -s -i "$out" "$tree"/* ::
mdel -i "$out" '::gap*'
fsck.vfat -n "$out" || [ $? = 1 ] # 1: of a name that is in one case it says so
