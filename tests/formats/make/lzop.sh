#!/bin/sh
# What lzop makes of a tar; a short file is stored as it is.
set -eu
lzop -q -1 -c "$2/data/hay.txt" >"$3"
