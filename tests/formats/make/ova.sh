#!/bin/sh
# An appliance as VirtualBox exports it.
exec "$(dirname "$0")/tar.sh" ova "$2" "$3"
