#!/bin/bash
# check.sh: builds every target of this flake by `nix build`, runs the builder scripts, and compares what comes out
# with what README.md promises. Needs root and Nix; prints each difference and exits non-zero if there is one.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export NIX_CONFIG='experimental-features = nix-command flakes
substituters =
sandbox = false
build-users-group ='

source_dir=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d --tmpdir flake-check.XXXXXXXXXX)
export XDG_CACHE_HOME=$work/cache # Nix's caches are not shared with what else runs
trap 'rm -rf -- "$work"' EXIT
export HOME=$work/home
mkdir "$HOME" "$work/tmp" "$work/log"
checks=0 differences=0

differ() {
  echo "DIFFERS: $*" >&2
  differences=$((differences + 1))
}

# same WHAT GOT WANT
same() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || differ "$1: got '$2', want '$3'"
}

# holds WHAT COMMAND...: the command must succeed; fails: it must not.
holds() {
  local what=$1 && shift
  checks=$((checks + 1))
  "$@" > "$work/log/holds" 2>&1 || differ "$what: $(tail -n 3 "$work/log/holds")"
}
fails() {
  local what=$1 && shift
  checks=$((checks + 1))
  if "$@" > "$work/log/fails" 2>&1; then differ "$what: succeeded"; fi
}

# build NAME ATTRIBUTE: leaves the link $work/NAME.
build() {
  nix build --out-link "$work/$1" "path:$source_dir#$2" 2> "$work/log/build" ||
    { cat "$work/log/build" >&2; exit 1; }
}
build_host() {
  build "$1" "nixosConfigurations.$1.config.system.build.tarballBuilder"
}

# run NAME [OUT]: runs a built builder script as the daemon would, with nothing of this environment.
run() {
  (cd "$work/tmp" && env -i HOME= TMPDIR="$work/tmp" "$work/$1/bin/nixos-wsl-tarball-builder" "${@:2}")
}

# json_lines FILE: "KEY<tab>VALUE" for each member of a JSON object.
json_lines() {
  sqlite3 :memory: "SELECT key || char(9) || value FROM json_each(readfile('$1'))"
}

check_outputs() {
  same "hosts" "$(nix eval --raw "path:$source_dir#nixosConfigurations" --apply 'x: toString (builtins.attrNames x)')" \
    "broken-build broken-eval broken-script empty leaky minimal not-archive silent-script slow slow-build tiger-team truncated"
  same "packages" "$(nix eval --raw "path:$source_dir#packages.x86_64-linux" --apply 'x: toString (builtins.attrNames x)')" \
    "dev-raw dev-vm-qcow2 planted planted-places"
  same "planted" "$(json_lines "$work/planted" | cut -f 1 | sort | xargs)" \
    "aws-access-key-id aws-secret-access-key email github-token hashed-password machine-id person-name"
  same "planted-places" "$(json_lines "$work/planted-places" | cut -f 1 | sort | xargs)" \
    "aws-access-key-id aws-secret-access-key email github-token hashed-password machine-id openssh-private-key person-name ssh-host-key"

  # In a git checkout the flake must come to the very same derivations.
  local attribute=nixosConfigurations.minimal.config.system.build.tarballBuilder.drvPath
  mkdir "$work/checkout"
  cp -r "$source_dir" "$work/checkout/flake"
  git -C "$work/checkout" init -q
  git -C "$work/checkout" add .
  same "derivation in a git checkout" \
    "$(nix eval --raw "git+file://$work/checkout?dir=flake#$attribute" 2> "$work/log/git" || cat "$work/log/git")" \
    "$(nix eval --raw "path:$source_dir#$attribute")"
}

# registration PATH...: what this machine's Nix has recorded of the paths, but for their derivers.
registration() {
  nix-store --dump-db "$@" | sed 's|.*\.drv$||'
}

# check_store ROOT WHAT: the Nix database knows just the paths that are there, as they are and as this store has them.
check_store() {
  local root=$1 what=$2 db=$1/nix/var/nix/db/db.sqlite
  local -a paths
  mapfile -t paths < <(cd "$root" && find nix/store -mindepth 1 -maxdepth 1 -printf '/%p\n' | sort)
  holds "$what: has store paths" test "${#paths[@]}" -gt 10
  same "$what: database" "$(sqlite3 "$db" 'PRAGMA integrity_check')" ok
  same "$what: paths" "$(sqlite3 "$db" 'SELECT path FROM ValidPaths ORDER BY path')" "$(printf '%s\n' "${paths[@]}")"
  same "$what: hashes of what is there" "$(cd "$root" && nix-hash --type sha256 "${paths[@]/#/.}")" \
    "$(sqlite3 "$db" "SELECT substr(hash, 8) FROM ValidPaths WHERE hash LIKE 'sha256:%' ORDER BY path")"
  same "$what: hashes, sizes and references" "$(NIX_STATE_DIR=$root/nix/var/nix registration "${paths[@]}")" \
    "$(registration "${paths[@]}")"
}

# inside ROOT SCRIPT: runs a script in the image by the image's own tools, so that absolute links mean what they say.
inside() {
  chroot "$1" /usr/bin/env PATH=/nix/var/nix/profiles/system/sw/bin /bin/sh -c "$2"
}

# check_system ROOT WHAT: what every image has.
check_system() {
  local root=$1 what=$2 program
  for program in /bin/sh /sbin/init; do
    same "$what: $program is x86-64 ELF" \
      "$(inside "$root" "xxd -p -l 20 $program" | cut -c 1-10,37-40)" 7f454c46023e00
  done
  # shellcheck disable=SC2016  # $ID is the image's own
  same "$what: /etc/os-release" "$(inside "$root" '. /etc/os-release; echo $ID')" nixos
  same "$what: /etc/static" "$(readlink "$root/etc/static" | sed 's/[a-z0-9]\{32\}/HASH/')" /nix/store/HASH-etc/etc
  same "$what: passwd" "$(stat -c '%a %u:%g' "$root/etc/passwd")" "644 0:0"
  same "$what: shadow" "$(stat -c '%a %u:%g' "$root/etc/shadow")" "640 0:0"
  same "$what: passwords in shadow" "$(cut -d: -f2 "$root/etc/shadow" | sort -u)" '!'
  holds "$what: no resolv.conf" test ! -e "$root/etc/resolv.conf"
  same "$what: leftovers in the root directory" "$(find "$root" -mindepth 1 -maxdepth 1 -name '.*')" ""
}

check_wsl() {
  local root=$1 what=$2 distribution=$3 user=$4
  holds "$what: /bin/true" inside "$root" /bin/true
  same "$what: wsl-distribution.conf" "$(stat -c '%F %a %u:%g' "$root/etc/wsl-distribution.conf")" "regular file 644 0:0"
  holds "$what: name" grep -qx "defaultName=$distribution" "$root/etc/wsl-distribution.conf"
  same "$what: icon" "$(stat -c '%a %s' "$root/etc/nixos.ico")" "644 134"
  same "$what: wsl.conf" "$(inside "$root" 'stat -L -c %a /etc/wsl.conf; grep -e ^systemd -e ^default /etc/wsl.conf')" \
    "444"$'\n'"systemd=true"$'\n'"default=$user"
}

# check_clean ROOT WHAT: nothing that `leaky` plants.
check_clean() {
  local root=$1 what=$2 name value
  while IFS=$'\t' read -r name value; do
    fails "$what: content free of $name" grep -rqF -e "$value" "$root"
    same "$what: paths free of $name" "$(find "$root" -name "*$value*")" ""
  done < <(json_lines "$work/planted")
  fails "$what: no private key" grep -rq "BEGIN OPENSSH PRIVATE KEY" "$root/etc" "$root/home" "$root/root"
  same "$what: machine-id" "$(stat -c %s "$root/etc/machine-id")" 0
}

# check_leaks ROOT: each planted thing stands in its place, and nowhere else.
check_leaks() {
  local root=$1 name place value token body
  while IFS=$'\t' read -r name place; do
    holds "leaky: place of $name" test -s "$root/$place"
  done < <(json_lines "$work/planted-places")
  while IFS=$'\t' read -r name value; do
    [ "$name" != person-name ] || continue
    place=$(json_lines "$work/planted-places" | sed -n "s/^$name\t//p")
    same "leaky: files with $name" "$(grep -rlF -e "$value" "$root" | sed "s|^$root/||")" "$place"
  done < <(json_lines "$work/planted")
  same "leaky: private keys" "$(cd "$root" && grep -rl "BEGIN OPENSSH PRIVATE KEY" etc home root | sort)" \
    "etc/ssh/ssh_host_ed25519_key"$'\n'"home/nixos/.ssh/id_ed25519"
  holds "leaky: host key" ssh-keygen -y -P '' -f "$root/etc/ssh/ssh_host_ed25519_key"
  holds "leaky: user key" ssh-keygen -y -P '' -f "$root/home/nixos/.ssh/id_ed25519"

  # GitHub's checksum: CRC-32 (which a gzip trailer has too) of the 30 characters, in 6 digits of base 62.
  token=$(json_lines "$work/planted" | sed -n 's/^github-token\t//p')
  body=${token:4:30}
  same "leaky: token's checksum" "${token:34}" \
    "$(base62 "$(printf %s "$body" | gzip -nc | tail -c 8 | od -An -N4 -tu4 --endian=little | tr -d ' ')")"
}

base62() {
  local number=$1 digits=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz text=''
  for _ in 1 2 3 4 5 6; do
    text=${digits:number % 62:1}$text
    number=$((number / 62))
  done
  printf %s "$text"
}

check_tarball() {
  local host=$1 distribution=$2 user=$3 root=$work/root/$1 name value
  build_host "$host"
  fails "$host: refuses to run without root" setpriv --reuid 65534 --clear-groups \
    "$(readlink "$work/$host")/bin/nixos-wsl-tarball-builder" /dev/null
  holds "$host: says that it wants root" grep -q "must be run as root" "$work/log/fails"
  run "$host" > "$work/log/$host" 2>&1 || differ "$host: builder: $(cat "$work/log/$host")"
  while IFS=$'\t' read -r name value; do
    fails "$host: log free of $name" grep -qF -e "$value" "$work/log/$host"
  done < <(json_lines "$work/planted")
  mv "$work/tmp/nixos.wsl" "$work/$host.wsl"
  same "$host: leftovers in TMPDIR" "$(ls -A "$work/tmp")" ""

  # The order is by components, so '/' must come before every other byte.
  tar -tzf "$work/$host.wsl" | sed 's|/$||' | tr / '\1' > "$work/names"
  holds "$host: entries in order" sort -c "$work/names"
  same "$host: entries with a named owner" "$(tar -tvzf "$work/$host.wsl" | awk '$2 !~ /^[0-9]+\/[0-9]+$/')" ""
  mkdir -p "$root"
  tar -C "$root" --numeric-owner -xpzf "$work/$host.wsl"
  check_store "$root" "$host"
  check_system "$root" "$host"
  check_wsl "$root" "$host" "$distribution" "$user"
}

# check_ext4 FILE WHAT: a sound file system with a good system in it, and zeros wherever it has nothing.
check_ext4() {
  local image=$1 what=$2 root=$work/root/$2 first last
  holds "$what: fsck" e2fsck -fn "$image"
  dumpe2fs "$image" 2> "$work/log/dumpe2fs" | sed -n 's/^  Free blocks: //p' | tr -s ', ' '\n' > "$work/free"
  holds "$what: has free blocks" test -s "$work/free"
  while IFS=- read -r first last; do
    same "$what: bytes in free blocks $first-$last" \
      "$(dd if="$image" bs=4096 skip="$first" count=$((${last:-$first} - first + 1)) status=none | tr -d '\0' | wc -c)" 0
  done < "$work/free"
  mkdir -p "$root"
  debugfs -R "rdump / $root" "$image" > "$work/log/rdump" 2>&1
  check_store "$root" "$what"
  check_system "$root" "$what"
  check_clean "$root" "$what"
}

# part DISK MIB SIZE: prints a part of a disk, in MiB.
part() {
  dd if="$1" bs=1M skip="$2" count="$3" status=none
}

check_disks() {
  build qcow2 dev-vm-qcow2
  build raw dev-raw
  holds "qcow2: sound" qemu-img check "$work/qcow2/nixos.qcow2"
  same "qcow2: hydra-build-products" "$(cat "$work/qcow2/nix-support/hydra-build-products")" \
    "file qcow2 $(readlink "$work/qcow2")/nixos.qcow2"
  qemu-img convert -O raw "$work/qcow2/nixos.qcow2" "$work/disk"
  same "qcow2: partitions" "$(sfdisk -qd "$work/disk" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\), type=\(.*\)/\1 \2 \3/p')" \
    "2048 98304 83, bootable"
  part "$work/disk" 1 48 > "$work/ext4"
  check_ext4 "$work/ext4" qcow2

  same "raw: filePath" "$(nix eval --raw "path:$source_dir#dev-raw.passthru.filePath")" nixos.img
  holds "raw: GPT" sfdisk -qV "$work/raw/nixos.img"
  same "raw: partitions" "$(sfdisk -qd "$work/raw/nixos.img" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*name="\(.*\)"/\1 \2 \3/p')" \
    "2048 69632 ESP"$'\n'"71680 98304 nixos"
  part "$work/raw/nixos.img" 1 34 > "$work/esp"
  holds "raw: ESP sound" fsck.vfat -n "$work/esp"
  same "raw: loader.conf" "$(mtype -i "$work/esp" ::loader/loader.conf | head -n 1)" "timeout 5"
  part "$work/raw/nixos.img" 35 48 > "$work/ext4"
  check_ext4 "$work/ext4" raw
}

check_broken() {
  local host out=$work/out line
  for host in broken-eval broken-build; do
    fails "$host" nix build --no-link -L "path:$source_dir#nixosConfigurations.$host.config.system.build.tarballBuilder"
    holds "$host: says why" grep -q "$host: " "$work/log/fails"
  done
  for host in broken-script silent-script truncated empty not-archive slow; do build_host "$host"; done
  fails "broken-script" run broken-script "$out"
  holds "broken-script: says why" grep -q "broken-script: " "$work/log/fails"
  holds "silent-script" run silent-script "$out"
  holds "silent-script: writes nothing" test ! -e "$out"
  holds "truncated" run truncated "$out"
  fails "truncated: not whole" gzip -t "$out"
  holds "truncated: begins well" grep -q 'bin/sh' <(gzip -dc "$out" 2> /dev/null | tar -t 2> /dev/null || true)
  holds "empty" run empty "$out"
  same "empty: size" "$(stat -c %s "$out")" 0
  holds "not-archive" run not-archive "$out"
  same "not-archive: text" "$(cat "$out")" "This is no archive."

  # `slow` says what it waits for, and goes on when that is there.
  mkfifo "$work/slow.log"
  run slow "$out" > "$work/slow.log" 2>&1 &
  exec 3< "$work/slow.log"
  read -r line <&3
  same "slow: first line" "$line" "slow: waiting for $work/tmp/go"
  touch "$work/tmp/go"
  cat <&3 > "$work/log/slow"
  holds "slow: exit status" wait $!
  holds "slow: makes a good image" gzip -t "$out"
  rm "$work/tmp/go"
  same "leftovers of the broken in TMPDIR" "$(ls -A "$work/tmp")" ""
}

if [ "$EUID" -ne 0 ]; then
  echo "check.sh: must be run as root, as the tarball builders must" >&2
  exit 1
fi
build planted planted
build planted-places planted-places
check_outputs
check_tarball minimal NixOS nixos
check_tarball tiger-team Tiger-Team tiger
check_tarball leaky NixOS nixos
check_clean "$work/root/minimal" minimal
check_clean "$work/root/tiger-team" tiger-team
check_leaks "$work/root/leaky"
check_disks
check_broken
echo "$checks checks, $differences differences"
[ "$differences" -eq 0 ]
