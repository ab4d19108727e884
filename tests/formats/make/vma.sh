#!/bin/sh
# A VMA, as vma.py makes it: of one disk (plain, zst), of two and a firmware's variables in clusters
# out of order (shuffled), or of an odd size (odd).
set -eu
make=$(dirname "$0")
echo "cores: 2" >qemu-server.conf
truncate -s 528K efi
printf variables | dd of=efi bs=1 seek=100 conv=notrunc
case $1 in
odd)
    "$make/ext4_disk.sh" "$2" disk
    truncate -s +1000 disk
    ;;
*) "$make/mbr.sh" primary "$2" disk ;;
esac
case $1 in
shuffled)
    python3 "$make/vma.py" "$3" --shuffle --config qemu-server.conf=qemu-server.conf \
        drive-efidisk0=efi drive-scsi1=disk drive-scsi0=disk
    ;;
*) python3 "$make/vma.py" out --config qemu-server.conf=qemu-server.conf drive-scsi0=disk ;;
esac
case $1 in
zst) zstd -q out -o "$3" ;;
plain | odd) mv out "$3" ;;
esac
