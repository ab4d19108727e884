#!/bin/sh
# A gzip file around a tar.
set -eu
tar -cf - -C "$2" . | gzip >"$3"
