#!/bin/sh
# What compress(1) makes of a tar.
set -eu
tar -cf tar -C "$2" .
compress -b "$1" <tar >"$3" || test $? = 2 # larger than before
