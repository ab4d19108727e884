# $makeRoot's tree on a disk: $out/$file, qcow2 by its ending or else raw; $layout is mbr or gpt.
mkdir root
"$makeRoot/bin/make-root" "$PWD/root"
sqlite3 root/nix/var/nix/db/db.sqlite 'UPDATE ValidPaths SET registrationTime = 1'

# The FAT file system that holds what the firmware starts.
make_esp() {
  export SOURCE_DATE_EPOCH=315532800 # 1980, where FAT's calendar begins
  truncate -s 34M esp # the least that FAT32 allows
  mkfs.vfat --invariant -F 32 -n ESP esp > /dev/null
  printf 'timeout 5\ndefault nixos-generation-1.conf\n' > loader.conf
  printf 'title NixOS\nversion Generation 1\nlinux /EFI/nixos/linux.efi\noptions init=/sbin/init\n' > entry.conf
  mmd -i esp ::EFI ::EFI/nixos ::loader ::loader/entries
  mcopy -i esp loader.conf ::loader/loader.conf
  mcopy -i esp entry.conf ::loader/entries/nixos-generation-1.conf
}

# put FILE MIB: copies FILE into the disk, MIB megabytes from its start.
put() {
  dd if="$1" of=disk bs=1M seek="$2" conv=sparse,notrunc status=none
}

sh -eu "$makeExt4" root ext4
case $layout in
  mbr)
    truncate -s 64M disk
    sfdisk -q disk <<END
label: dos
label-id: 0x4e69784f
start=1MiB, size=48MiB, type=83, bootable
END
    put ext4 1
    ;;
  gpt)
    make_esp
    truncate -s 96M disk
    sfdisk -q disk <<END
label: gpt
label-id: 4E69784F-0000-4000-8000-000000000000
start=1MiB, size=34MiB, type=uefi, name=ESP, uuid=4E69784F-0000-4000-8000-000000000001
start=35MiB, size=48MiB, type=linux, name=nixos, uuid=4E69784F-0000-4000-8000-000000000002
END
    put esp 1
    put ext4 35
    ;;
esac

mkdir -p "$out"
case $file in
  *.qcow2)
    qemu-img convert -f raw -O qcow2 disk "$out/$file"
    mkdir "$out/nix-support"
    echo "file qcow2 $out/$file" > "$out/nix-support/hydra-build-products"
    ;;
  *) cp --sparse=always disk "$out/$file" ;;
esac
