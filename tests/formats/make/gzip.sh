#!/bin/sh
# A gzip file around a tar: as it comes, or cut into several members; or around what nixpkgs makes: a
# bare file system (linode), a sparse tar of a disk (google-compute).
set -eu
make=$(dirname "$0")
tar -cf tar -C "$2" .
case $1 in
members) split -b 700k --filter='gzip -9 -n' tar >"$3" ;;
stored) python3 -c 'import gzip, sys
sys.stdout.buffer.write(gzip.compress(open("tar", "rb").read(), 0))' >"$3" ;;
tar) gzip <tar >"$3" ;;
linode)
    "$make/ext4_disk.sh" "$2" disk
    gzip <disk >"$3"
    ;;
google)
    "$make/mbr.sh" primary "$2" disk.raw
    tar --format=gnu --sparse -czf "$3" disk.raw
    ;;
esac
