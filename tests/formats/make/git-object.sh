#!/bin/sh
# A tar of a .git of loose objects.
set -eu
"$(dirname "$0")/git-repository.sh" "$1" "$2"
tar -cf "$3" -C repository .git
