#!/bin/sh
# What nix-store --export writes, of a store in this folder.
set -eu
export NIX_STORE_DIR="$PWD/store" NIX_STATE_DIR="$PWD/state" NIX_LOG_DIR="$PWD/log" \
  NIX_CONF_DIR="$PWD/conf" HOME="$PWD"
mkdir conf
echo 'build-users-group =' >conf/nix.conf
path=$(nix-store --add "$2")
nix-store --export "$path" >"$3"
