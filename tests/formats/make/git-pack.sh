#!/bin/sh
# A tar of a .git whose objects are packed by gc, or with bases named (ref-delta); or a pack alone.
set -eu
digest=sha1
[ "$1" != sha256 ] || digest=sha256
"$(dirname "$0")/git-repository.sh" "$digest" "$2"
case $1 in
ref-delta) git -C repository -c repack.useDeltaBaseOffset=false repack -q -a -d -f ;;
*) git -C repository gc -q --aggressive --prune=now ;;
esac
case $1 in
alone) cp repository/.git/objects/pack/*.pack "$3" ;;
*) tar -cf "$3" -C repository .git ;;
esac
