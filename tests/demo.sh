#!/usr/bin/env bash
# The main job end to end, as a person would do it: builds every target of tests/flake with real
# Nix, audits, signs, publishes, pulls and verifies. Started by `./dev demo`, which has made the
# programs and installed what they need. With --serve, assayd goes on running until Ctrl-C.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/assay-demo.XXXXXX")
daemon=
export PATH=$bin:$PATH
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/home-state # pinned keys go with the rest

clean_up() {
  local status=$?
  if [ -n "$daemon" ]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  if [ $status != 0 ] && [ -f "$work/assayd.log" ]; then
    echo "demo: it failed; the daemon's last words were:" >&2
    tail -n 20 "$work/assayd.log" >&2
  fi
  rm -rf "$work"
  exit $status
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m── %s\033[0m\n' "$*"; }

# target NAME KIND ATTRIBUTE POLICY FILE: one row of the configuration's targets
target() {
  printf '    "%s": {"flake": "path:%s/tests/flake", "kind": "%s",\n      "attribute": "%s",\n      "policy": "%s", "file": "%s"}' \
    "$1" "$root" "$2" "$3" "$4" "$5"
}

builder() { echo "nixosConfigurations.$1.config.system.build.tarballBuilder"; }

write_config() {
  cat <<EOF
{
  "state_dir": "$work/state",
  "work_dir": "$work/work",
  "listen": "127.0.0.1:0",
  "signing_key": "$work/signing.key",
  "read": "public",
  "nix": {"program": "nix", "options": {"substituters": "", "sandbox": "false",
    "build-users-group": ""}},
  "targets": {
$(target minimal tarball "$(builder minimal)" base minimal.wsl),
$(target tiger-team tarball "$(builder tiger-team)" "$root/policies/teams/tiger-team.json" tiger-team.wsl),
$(target leaky tarball "$(builder leaky)" "$root/policies/enterprise.json" leaky.wsl),
$(target dev-vm-qcow2 image packages.x86_64-linux.dev-vm-qcow2 base dev-vm.qcow2),
$(target dev-raw image packages.x86_64-linux.dev-raw base dev.img)
  }
}
EOF
}

start_daemon() {
  assayd --config "$work/config.json" 2>"$work/assayd.log" >"$work/assayd.out" &
  daemon=$!
  # The first line on its standard output says that it is ready and where.
  while [ ! -s "$work/state/address" ]; do
    kill -0 "$daemon" 2>/dev/null || { echo "demo: assayd did not start" >&2; exit 1; }
    sleep 0.05
  done
  ASSAY_SERVER=$(cat "$work/state/address")
  export ASSAY_SERVER
}

# expect TARGET STATE: compares what became of a target with what should have
expect() {
  local state
  state=$(assay builds --json --target "$1" | python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["state"])')
  if [ "$state" != "$2" ]; then
    echo "demo: $1 should have been $2, but is $state" >&2
    exit 1
  fi
}

say "A signing key, a configuration, a token"
assay key generate "$work/signing.key"
write_config >"$work/config.json"
ASSAY_TOKEN=$(assayd --config "$work/config.json" --create-token demo:trigger)
export ASSAY_TOKEN

say "assayd starts"
start_daemon
echo "listening on $ASSAY_SERVER"

say "All targets of tests/flake: nix build, audit, verdict, publish"
status=0
assay build --all --wait || status=$?
# 1: one of them was rejected, as it must be.
[ $status = 1 ] || { echo "demo: assay build --all --wait ended with $status, not 1" >&2; exit 1; }
for good in minimal tiger-team dev-vm-qcow2 dev-raw; do expect "$good" published; done
expect leaky rejected

say "What there is now"
assay status

say "A teammate pulls the vetted image and verifies it"
assay pull minimal@nightly -o "$work/minimal.wsl"
curl_key=$work/minisign.pub
assay verify "$work/minimal.wsl"
python3 - "$ASSAY_SERVER/keys/minisign.pub" "$curl_key" <<'EOF'
import sys, urllib.request
open(sys.argv[2], "wb").write(urllib.request.urlopen(sys.argv[1]).read())
EOF
minisign -V -H -m "$work/minimal.wsl" -p "$work/minisign.pub"

say "Addresses"
cat <<EOF
the API          $ASSAY_SERVER/api/v1/builds
releases         $ASSAY_SERVER/api/v1/releases
the public key   $ASSAY_SERVER/keys/minisign.pub
an image         $ASSAY_SERVER/d/minimal/nightly/minimal.wsl
EOF

if [ "${1:-}" = --serve ]; then
  say "assayd goes on running; Ctrl-C ends it and removes $work"
  echo "export ASSAY_SERVER=$ASSAY_SERVER ASSAY_TOKEN=$ASSAY_TOKEN"
  wait "$daemon"
fi
