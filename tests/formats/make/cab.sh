#!/bin/sh
# A cabinet by gcab, stored or in MSZIP. (LZX and Quantum have no packer in Debian.)
set -eu
cd "$2"
case $1 in
mszip) zip=-z ;;
store) zip= ;;
esac
# shellcheck disable=SC2046,SC2086  # names without blanks; an option or nothing
gcab -n -c $zip "$3" $(find . -type f | sed 's,^\./,,')
