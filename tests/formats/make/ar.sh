#!/bin/sh
# A Debian package by dpkg-deb, or the tree in a tar that an ar holds by a long name.
set -eu
case $1 in
deb-*)
  cp -a "$2" package
  mkdir package/DEBIAN
  printf 'Package: package\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n' \
    >package/DEBIAN/control
  dpkg-deb --root-owner-group -Z"${1#*-}" -b package "$3" >/dev/null
  ;;
long-names)
  tar -cf a-name-that-has-more-than-sixteen-letters.tar -C "$2" .
  ar rcD f.a a-name-that-has-more-than-sixteen-letters.tar
  cp f.a "$3"
  ;;
esac
