"""Writes a GPT of 4096-byte sectors (UEFI 2.10, 5.3) into an image: Debian 12's tools do so on
devices only. Usage: gpt_4096.py IMAGE START,SIZE... in MiB."""
import os
import struct
import sys
import uuid
import zlib

SECTOR, ENTRIES = 4096, 128
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")


def header(at, other, last, table_at, table):
    fields = [b"EFI PART", 0x10000, 92, 0, 0, at, other, 6, last - 6, disk.bytes_le, table_at,
              ENTRIES, 128, zlib.crc32(table)]
    fields[3] = zlib.crc32(struct.pack("<8sIIIIQQQQ16sQIII", *fields))
    return struct.pack("<8sIIIIQQQQ16sQIII", *fields).ljust(SECTOR, b"\0")


disk = uuid.uuid4()
table = b""
for part in sys.argv[2:]:
    start, size = (int(x) * (1 << 20) // SECTOR for x in part.split(","))
    table += struct.pack("<16s16sQQQ72s", LINUX.bytes_le, uuid.uuid4().bytes_le, start,
                         start + size - 1, 0, b"")
table = table.ljust(ENTRIES * 128, b"\0")
with open(sys.argv[1], "r+b") as image:
    last = os.fstat(image.fileno()).st_size // SECTOR - 1
    mbr = bytes(446) + struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xee, b"\xff" * 3, 1, last)
    image.write(mbr.ljust(510, b"\0") + b"\x55\xaa")
    image.seek(SECTOR)
    image.write(header(1, last, last, 2, table) + table)
    image.seek((last - 4) * SECTOR)
    image.write(table + header(last, 1, last, last - 4, table))
