#!/bin/sh
# A cpio in one of GNU cpio's formats (which gives the content of hard links to the last one, so that
# there are none), or an initrd: microcode in a plain one, zeros, and compressed ones behind it.
set -eu
cp -a --no-preserve=links "$2" tree
cd tree

pack() { # FORMAT, the names to pack on standard input
  LC_ALL=C sort | cpio --quiet -o -H "$1"
}

case $1 in
initrd-*)
  find . -path ./data -prune -o -print | pack newc >"$3"
  # The kernel passes over zeros up to the next multiple of four, and more.
  head -c 2560 /dev/zero >>"$3"
  find ./data -name 'f*' | pack newc | ${1#*-} >>"$3"
  find ./data ! -name 'f*' | pack newc | ${1#*-} >>"$3"
  ;;
*) find . | pack "$1" >"$3" ;;
esac
