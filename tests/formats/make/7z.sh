#!/bin/sh
# A 7z by 7zz: the variant is the method, or what is done with it.
set -eu
cd "$2"
case $1 in
bcj2)
  cp /bin/sh data/program
  7zz a -bso0 -snl -t7z -mf=BCJ2 "$3.7z" .
  ;;
bcj)
  cp /bin/sh data/program
  7zz a -bso0 -snl -t7z -mf=BCJ "$3.7z" .
  ;;
each) 7zz a -bso0 -snl -t7z -ms=off "$3.7z" . ;;
plain-header) 7zz a -bso0 -snl -t7z -mhc=off "$3.7z" . ;;
encrypted) 7zz a -bso0 -snl -t7z -psecret "$3.7z" . ;;
encrypted-names) 7zz a -bso0 -snl -t7z -psecret -mhe=on "$3.7z" . ;;
*) 7zz a -bso0 -snl -t7z -m0="$1" "$3.7z" . ;;
esac
mv "$3.7z" "$3"
