#!/bin/sh
# A xar by bsdtar, no tool of its own being in Debian: the variant is how members are compressed.
set -eu
bsdtar --format=xar --options="compression=$1" -cf "$3" -C "$2" .
