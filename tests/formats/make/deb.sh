#!/bin/sh
# A Debian package by dpkg-deb; the variant is how it is compressed.
set -eu
cp -a "$2" package
mkdir package/DEBIAN
printf 'Package: package\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n' \
  >package/DEBIAN/control
dpkg-deb --root-owner-group -Z"$1" -b package "$3" >/dev/null
