#!/bin/sh
# A tar in one of GNU tar's formats (gnu, pax, ustar), sparse files stored as such where it can.
set -eu
case $1 in
ustar) sparse= ;;
*) sparse=--sparse ;;
esac
# shellcheck disable=SC2086  # an option or nothing
tar --format="$1" $sparse -cf "$3" -C "$2" .
