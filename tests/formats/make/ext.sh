#!/bin/sh
# An ext file system of the kind named $1, filled by mke2fs -d; what only such a file system holds is
# added to the tree first.
set -eu
variant=$1
tree=$2
out=$3

# 400 pieces with holes between them, an index of $1 names (of two levels in blocks of 1 KiB from
# 4,000 on), devices.
more() {
  python3 - "$tree/data/extents" <<'EOF'
import os, sys
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
for i in range(400):
    os.pwrite(file, b"extent %d" % i, i * 12288)
EOF
  mkdir "$tree/many"
  (cd "$tree/many" && seq "$1" | sed 's/^/a-name-in-an-index-/' | xargs touch)
  if [ "$(id -u)" = 0 ]; then
    mknod "$tree/etc/null" c 1 3
    mknod "$tree/etc/loop0" b 7 0
  fi
}

# In blocks of 1 KiB: single, double and triple indirect ones (the last from 64.3 MiB on).
indirect() {
  for at in 0 11 12 267 268 269 524 65803 65804 65805 66060 131340; do
    printf 'block %d' $at | dd of="$tree/data/indirect" bs=1024 seek=$at conv=notrunc
  done
}

# make SIZE OPTION...
make() {
  truncate -s "$1" "$out"
  shift
  mke2fs -q -F -L assay "$@" -d "$tree" "$out"
}

# Has directories indexed.
index() {
  e2fsck -fyD "$out" || [ $? = 1 ]
}

case $variant in
ext2) make 24M -t ext2 -b 4096 ;;
ext3) make 24M -t ext3 -b 4096 ;;
ext4) more 1500 && make 32M -t ext4 -b 4096 -N 6000 && index ;;
1k) more 5000 && make 32M -t ext4 -b 1024 -N 6000 && index ;;
64bit) make 24M -t ext4 -O 64bit ;;
32bit) make 24M -t ext4 -O ^64bit ;;
no-checksums) make 24M -t ext4 -O ^metadata_csum ;;
small-inodes) make 24M -t ext4 -I 128 -O ^extent,^64bit ;;
bigalloc) more 1500 && make 64M -t ext4 -b 4096 -O bigalloc -C 16384 -N 6000 ;;
blocks-1k) indirect && make 24M -t ext2 -b 1024 && index ;;
blocks-4k) more 1500 && make 32M -t ext2 -b 4096 -N 6000 ;;
inline) # mke2fs 1.47 writes sparse files wrongly into such a file system
  rm -f "$tree/data/sparse" "$tree/data/hole"
  for n in 1 59 60 61 100 159 160 161 200; do
    head -c $n /dev/urandom >"$tree/etc/inline$n"
  done
  make 24M -t ext4 -O inline_data -I 256
  ;;
casefold) make 24M -t ext4 -O casefold -E encoding=utf8 && debugfs -w -R 'sif etc flags 0x40080000' "$out" ;;
ea-inode)
  : >"$tree/etc/large"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.large", b"x" * 3000)' "$tree/etc/large"
  make 24M -t ext4 -b 1024 -O ea_inode && index # which mends a count that mke2fs leaves wrong
  ;;
meta-bg) make 40M -t ext4 -b 1024 -g 1024 -O meta_bg,^resize_inode ;;
uninit-bg) make 24M -t ext4 -O uninit_bg,^metadata_csum ;;
orphan-file) make 24M -t ext4 -O orphan_file ;;
others) make 24M -t ext4 -O project,large_dir,stable_inodes,verity,mmp ;;
esac
e2fsck -fn "$out" # the fixture itself is sound
