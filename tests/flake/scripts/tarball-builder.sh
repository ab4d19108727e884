#!/bin/bash
# nixos-wsl-tarball-builder [OUT]: writes the image as a gzip'd tar to OUT (nixos.wsl unless given).
# Relies on nothing of the caller's environment but TMPDIR.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022

if [ "$EUID" -ne 0 ]; then
  echo "nixos-wsl-tarball-builder: must be run as root" >&2
  exit 1
fi
if [ $# -gt 1 ]; then
  echo "usage: nixos-wsl-tarball-builder [OUT]" >&2
  exit 2
fi
out=$(realpath -m -- "${1:-nixos.wsl}")

root=$(mktemp -d --tmpdir nixos-wsl.XXXXXXXXXX)
trap 'rm -rf -- "$root"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

echo "[NixOS-WSL] Installing..."
@makeRoot@/bin/make-root "$root"

echo "[NixOS-WSL] Adding WSL's files..."
ln -s @busybox@/bin/true "$root/bin/true"
ln -s @busybox@/bin/mount "$root/bin/mount"
ln -s /init "$root/bin/wslpath"
install -m 0644 @files@/wsl-distribution.conf "$root/etc/wsl-distribution.conf"
install -m 0644 @icon@ "$root/etc/nixos.ico"
install -D -m 0644 @files@/configuration.nix "$root/etc/nixos/configuration.nix"
@plant@ "$root"

echo "[NixOS-WSL] Compressing..."
tar -C "$root" -c --sort=name --mtime=@1 --numeric-owner --hard-dereference . | gzip -n > "$out"
echo "[NixOS-WSL] Done: $out"
