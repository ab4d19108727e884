#!/bin/sh
# A zip: by Info-ZIP (links stored as such, sizes before or behind the data, 64-bit fields), by 7zz in
# the other methods; as a jar; with a program before it. Both packers insist on a suffix.
set -eu
cd "$2"
case $1 in
deflate) zip -q -r -y "$3.zip" . ;;
store) zip -q -r -y -0 "$3.zip" . ;;
zip64) zip -q -r -y -fz "$3.zip" . ;;
descriptors) zip -q -r - . | cat >"$3.zip" ;;
comment) echo "$1" | zip -q -r -y -z "$3.zip" . >/dev/null ;;
sfx)
  zip -q -r -y "$3.plain" .
  cat /bin/true "$3.plain" >"$3.zip"
  zip -q -A "$3.zip"
  ;;
jar)
  mkdir META-INF
  echo 'Manifest-Version: 1.0' >META-INF/MANIFEST.MF
  zip -q -r -y "$3.zip" META-INF .
  ;;
aes) 7zz a -bso0 -snl -tzip -psecret -mem=AES256 "$3.zip" . ;;
crypt) zip -q -r -P secret "$3.zip" . ;;
*) 7zz a -bso0 -snl -tzip -mm="$1" "$3.zip" . ;;
esac
mv "$3.zip" "$3"
