#!/bin/sh
# An ISO by xorriso: with Rock Ridge (rock-ridge), Joliet's names only (joliet), ISO 9660's own only
# (plain), files packed by zisofs; directories too deep for ISO 9660, which genisoimage moves
# (moved). Or with the tree elsewhere: in a boot image that is no file (hidden), in a partition of
# its own (hybrid), in a squashfs as NixOS has it (nixos).
set -eu
tree=$2
out=$3

iso() {
  xorriso -report_about FAILURE -as mkisofs -o "$out" "$@"
}

# A file system for EFI that holds the tree, as efi.img, and something else to see, as cd/.
efi() {
  mkdir cd
  echo nothing >cd/readme.txt
  mkfs.vfat -C efi.img 16000 >/dev/null
  mcopy -s -i efi.img "$tree"/* ::/
}

case $1 in
rock-ridge) iso -R "$tree" ;;
joliet) iso --norock -J -joliet-long "$tree" ;;
plain) iso --norock "$tree" ;;
zisofs)
  xorriso -report_about FAILURE -outdev "$out" -map "$tree" / \
    -zisofs level=6:block_size=32k -set_filter_r --zisofs / -- -commit
  ;;
moved)
  mkdir -p cd/1/2/3/4/5/6/7/8
  cp -a "$tree" cd/1/2/3/4/5/6/7/8/9
  genisoimage -quiet -R -o "$out" cd
  ;;
hidden)
  efi
  mv efi.img cd
  iso -R -e efi.img -no-emul-boot -hide efi.img -hide-joliet efi.img -J cd
  ;;
appended)
  efi
  iso -R -append_partition 2 0xef efi.img -e --interval:appended_partition_2:all:: -no-emul-boot cd
  ;;
hybrid)
  efi
  iso -R -append_partition 2 0xef efi.img -appended_part_as_gpt cd
  ;;
nixos)
  mkdir -p cd/boot efi
  echo boot >efi/boot.cfg
  mkfs.vfat -C cd/boot/efi.img 4000 >/dev/null
  mcopy -s -i cd/boot/efi.img efi ::/EFI
  mksquashfs "$tree" cd/nix-store.squashfs -quiet -no-progress -comp zstd
  iso -volid NIXOS -R -J -eltorito-alt-boot -e boot/efi.img -no-emul-boot \
    -isohybrid-gpt-basdat -partition_offset 16 cd
  ;;
esac
