#!/bin/sh
# A zlib stream around a tar.
set -eu
tar -cf tree.tar -C "$2" .
python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))' \
  <tree.tar >"$3"
