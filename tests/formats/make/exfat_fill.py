#!/usr/bin/env python3
"""Fills an empty exFAT file system with a tree: exfat_fill.py whole|pieces TREE IMAGE
Deletes a file of its root as a driver does: exfat_fill.py delete NAME IMAGE

Written after Microsoft's "exFAT file system specification" (the sections are named below) and on
purpose without a look at how Assay reads one."""
import os
import struct
import sys

END = 0xFFFFFFFF
SECONDARIES_MAX = 18


def checksum16(data, skip):
    total = 0
    for i, byte in enumerate(data):
        if i not in skip:
            total = ((total << 15 | total >> 1) + byte) & 0xFFFF
    return total


class Exfat:
    def __init__(self, path, pieces):
        self.file = open(path, "r+b")
        self.pieces = pieces
        boot = self.file.read(512)
        # 3.1, main boot sector
        self.fat_at, _, self.heap_at, self.clusters, self.root = struct.unpack_from("<5I", boot, 80)
        sector, cluster = boot[108], boot[109]
        self.size = 1 << sector + cluster
        self.fat_at <<= sector
        self.heap_at <<= sector
        root = self.read(self.root)
        for at in range(0, len(root), 32):  # 7.1, allocation bitmap
            if root[at] == 0x81:
                self.bitmap_cluster, self.bitmap_size = struct.unpack_from("<IQ", root, at + 20)
            if root[at] == 0:
                self.root_used = at
                break
        self.file.seek(self.where(self.bitmap_cluster))
        self.bitmap = bytearray(self.file.read(self.bitmap_size))

    def where(self, cluster):
        return self.heap_at + (cluster - 2) * self.size

    def read(self, cluster):
        self.file.seek(self.where(cluster))
        return self.file.read(self.size)

    def write(self, at, data):
        self.file.seek(at)
        self.file.write(data)

    def take(self, count):
        """Free clusters: one after the other, or every second one."""
        taken = []
        number = 2
        while len(taken) < count:
            if not self.bitmap[number - 2 >> 3] >> (number - 2 & 7) & 1:
                self.bitmap[number - 2 >> 3] |= 1 << (number - 2 & 7)
                taken.append(number)
                number += self.pieces
            number += 1
        return taken

    def chain(self, clusters):  # 4.1, FAT
        for this, following in zip(clusters, clusters[1:] + [END]):
            self.write(self.fat_at + 4 * this, struct.pack("<I", following))

    def store(self, data):
        """Writes content; returns its first cluster and the stream extension's flags (7.6.2)."""
        count = (len(data) + self.size - 1) // self.size
        if not count:
            return 0, 1
        clusters = self.take(count)
        for i, cluster in enumerate(clusters):
            self.write(self.where(cluster), data[i * self.size : (i + 1) * self.size])
        if not self.pieces and clusters == list(range(clusters[0], clusters[0] + count)):
            return clusters[0], 3
        self.chain(clusters)
        return clusters[0], 1

    def entry(self, name, attributes, size, first, flags):
        """A directory entry set (7.4, 7.6, 7.7)."""
        units = name.encode("utf-16-le")
        length = len(units) // 2
        names = [units[i : i + 30].ljust(30, b"\0") for i in range(0, len(units), 30)]
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in name).encode("utf-16-le")
        assert len(upper) == len(units) and len(names) < SECONDARIES_MAX
        file = bytearray(32)
        time = (2026 - 1980) << 25 | 1 << 21 | 1 << 16
        struct.pack_into("<BBHHHIII", file, 0, 0x85, len(names) + 1, 0, attributes, 0, time, time, time)
        stream = struct.pack(
            "<BBBBHHQIIQ", 0xC0, flags, 0, length, checksum16(upper, ()), 0, size, 0, first, size
        )
        whole = file + stream + b"".join(b"\xc1\0" + part for part in names)
        struct.pack_into("<H", whole, 2, checksum16(whole, (2, 3)))
        return bytes(whole)

    def folder(self, path):
        entries = b""
        for name in sorted(os.listdir(path)):
            inner = os.path.join(path, name)
            if os.path.isdir(inner):
                data = self.folder(inner)
                data += bytes(-len(data) % self.size or self.size)
                first, flags = self.store(data)
                entries += self.entry(name, 0x10, len(data), first, flags)
            else:
                with open(inner, "rb") as file:
                    data = file.read()
                first, flags = self.store(data)
                entries += self.entry(name, 0x20, len(data), first, flags)
        return entries

    def fill(self, tree):
        data = self.read(self.root)[: self.root_used] + self.folder(tree)
        data += bytes(-len(data) % self.size)
        clusters = [self.root] + self.take(len(data) // self.size - 1)
        for i, cluster in enumerate(clusters):
            self.write(self.where(cluster), data[i * self.size : (i + 1) * self.size])
        self.chain(clusters)
        self.write(self.where(self.bitmap_cluster), self.bitmap)
        self.file.close()


    def delete(self, name):
        """Takes the in-use bits off the entries (6.2.1.4) and gives its one stretch back."""
        root = bytearray(self.read(self.root))
        for at in range(0, self.root_used, 32):
            count = root[at + 1]
            text = b"".join(root[at + 32 * i + 2 :][:30] for i in range(2, count + 1))
            if root[at] != 0x85 or text.decode("utf-16-le").rstrip("\0") != name:
                continue
            first, size = struct.unpack_from("<IQ", root, at + 52)
            for cluster in range(first, first + (size + self.size - 1) // self.size):
                self.bitmap[cluster - 2 >> 3] &= ~(1 << (cluster - 2 & 7))
            for i in range(count + 1):
                root[at + 32 * i] &= 0x7F
        self.write(self.where(self.root), root)
        self.write(self.where(self.bitmap_cluster), self.bitmap)
        self.file.close()


def main():
    if sys.argv[1] == "delete":
        Exfat(sys.argv[3], False).delete(sys.argv[2])
        return
    Exfat(sys.argv[3], sys.argv[1] == "pieces").fill(sys.argv[2])


if __name__ == "__main__":
    main()
