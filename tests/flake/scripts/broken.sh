#!/bin/bash
# nixos-wsl-tarball-builder [OUT], but it goes wrong on purpose: see broken.nix.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
set -- "${1:-nixos.wsl}"
good=@good@
@body@
