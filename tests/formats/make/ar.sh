#!/bin/sh
# An ar that holds a tar of the tree, under a short name or a long one.
set -eu
case $1 in
long-names) name=a-name-that-has-more-than-sixteen-letters.tar ;;
short-names) name=tree.tar ;;
esac
tar -cf "$name" -C "$2" .
ar rcD f.a "$name"
cp f.a "$3"
