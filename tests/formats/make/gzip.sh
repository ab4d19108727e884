#!/bin/sh
# A gzip file around a tar: as it comes, or cut into several members.
set -eu
tar -cf tar -C "$2" .
case $1 in
members) split -b 700k --filter='gzip -9 -n' tar >"$3" ;;
stored) python3 -c 'import gzip, sys
sys.stdout.buffer.write(gzip.compress(open("tar", "rb").read(), 0))' >"$3" ;;
tar) gzip <tar >"$3" ;;
esac
