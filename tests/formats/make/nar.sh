#!/bin/sh
# What nix-store --dump writes.
set -eu
nix-store --dump "$2" >"$3"
