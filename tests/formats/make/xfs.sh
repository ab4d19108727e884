#!/bin/sh
# An XFS with one file, which mkfs.xfs itself puts there.
set -eu
printf 'boot 0 0\nd--755 0 0\nhay ---644 0 0 %s\n$\n' "$2/data/hay.txt" >proto
mkfs.xfs -q --unsupported -d file,name="$3",size=32m -p proto
