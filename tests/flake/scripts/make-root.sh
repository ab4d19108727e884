#!/bin/bash
# make-root ROOT: turns an empty directory into the system's root tree, as nixos-install does: the closure with its
# Nix database, the system profile, /etc linked through /etc/static, accounts, homes. Run as (a mapped) root.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022
root=$1
chmod 0755 "$root"

mkdir -p "$root"/{bin,dev,home,mnt,proc,run,sbin,sys,usr/bin,var/{empty,log},nix/store,nix/var/nix/{gcroots,profiles}}
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -m 0700 "$root/root"
install -d -m 0700 -o 1000 -g 100 "$root/home/@user@"

# Owners are not kept: in a user namespace the store's root is nobody.
xargs cp -a --no-preserve=ownership -t "$root/nix/store" < @closure@/store-paths
chown 0:30000 "$root/nix/store"
chmod 1775 "$root/nix/store"

# A database of its own that knows just these paths. No 8 MB reserve file, no build users, no per-process leftovers;
# and Nix insists on a home that it may look into.
HOME=$root NIX_STATE_DIR=$root/nix/var/nix NIX_REMOTE=local \
  NIX_CONFIG=$'build-users-group =\ngc-reserved-space = 0' \
  nix-store --load-db < @closure@/registration
rm -rf "$root/nix/var/nix/temproots" "$root/nix/var/nix/db/reserved"

ln -s @toplevel@ "$root/nix/var/nix/profiles/system-1-link"
ln -s system-1-link "$root/nix/var/nix/profiles/system"
ln -s /run/current-system "$root/nix/var/nix/gcroots/current-system"

# Directories of the static /etc are made, everything else in it is linked.
install -d "$root/etc"
ln -s "$(readlink @toplevel@/etc)" "$root/etc/static"
cd @toplevel@/etc/
find . -mindepth 1 -type d -printf '%P\n' | while read -r directory; do
  mkdir -p "$root/etc/$directory"
done
find . -type l -printf '%P\n' | while read -r name; do
  ln -s "/etc/static/$name" "$root/etc/$name"
done
touch "$root/etc/NIXOS" "$root/etc/machine-id"
install -m 0644 @accounts@/passwd @accounts@/group "$root/etc"
install -m 0640 @accounts@/shadow "$root/etc"

ln -s @busybox@/bin/sh "$root/bin/sh"
ln -s @busybox@/bin/env "$root/usr/bin/env"
ln -s @toplevel@/init "$root/sbin/init"
