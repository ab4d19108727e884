"""Packs as no git writes them: git_pack.py KIND OUT."""
import hashlib
import struct
import sys
import zlib

BLOB, OFS_DELTA, REF_DELTA = 3, 6, 7


def number(value):
    """A number of a delta: 7 bits a byte, the lowest first."""
    out = b""
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def entry(kind, data, base=b"", size=None):
    size = len(data) if size is None else size
    first, size = kind << 4 | size & 15, size >> 4
    header = bytes([first | 0x80]) + number(size) if size else bytes([first])
    return header + base + zlib.compress(data)


def back(distance):
    """The offset of an OFS_DELTA's base."""
    out = [distance & 0x7f]
    while distance := distance >> 7:
        distance -= 1
        out.insert(0, distance & 0x7f | 0x80)
    return bytes(out)


def name(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).digest()


def delta(base, result, *ops):
    return number(base) + number(result) + b"".join(ops)


def pack(entries, count=None):
    data = b"PACK" + struct.pack(">II", 2, len(entries) if count is None else count)
    data += b"".join(entries)
    return data + hashlib.sha1(data).digest()


COPY_64K = b"\x80"  # offset 0, size told as 0
KEPT = b"needle-in-a-haystack"


def bomb():
    """Each of many deltas makes 16 MiB of the 64 KiB of its base."""
    base = b"\0" * 0x10000
    one = delta(len(base), 256 * 0x10000, COPY_64K * 256)
    return pack([entry(BLOB, KEPT), entry(BLOB, base)] +
                [entry(REF_DELTA, one, name(base)) for _ in range(10000)])


def tower():
    """Every delta makes its base 255 times as long."""
    entries, size = [entry(BLOB, b"\0" * 0x100)], 0x100
    for _ in range(20):
        one = delta(size, size * 255, b"\x90\xff" * 1 + b"\x90\xff")
        entries.append(entry(OFS_DELTA, one, back(len(entries[-1]))))
        size *= 255
    return pack([entry(BLOB, KEPT)] + entries)


def chain():
    """More deltas on one another than are followed."""
    entries = [entry(BLOB, KEPT)]
    for _ in range(9000):
        one = delta(len(KEPT), len(KEPT), b"\x90" + bytes([len(KEPT)]))
        entries.append(entry(OFS_DELTA, one, back(len(entries[-1]))))
    return pack(entries)


def cycle():
    """Deltas that name each other, and one that names itself."""
    names = [bytes([i]) * 20 for i in range(3)]
    one = delta(4, 4, b"\x90\x04")
    return pack([entry(BLOB, KEPT)] + [entry(REF_DELTA, one, names[i]) for i in (1, 2, 0, 0)])


def sizes():
    """An object that is longer than it says."""
    return pack([entry(BLOB, KEPT), entry(BLOB, b"longer than that", size=4), entry(BLOB, b"x")])


def wrong():
    """Deltas that lie about their base and their result, or copy from beyond it."""
    base = b"x" * 100
    deltas = [delta(99, 4, b"\x90\x04"), delta(100, 4, b"\x90\x05"), delta(100, 5, b"\x90\x04"),
              delta(100, 4, b"\x91\x63\x04"), delta(100, 4, b"\x00" * 4), delta(100, 4, b"\x05ab"),
              delta(100, 4, b"\xff\xff"), b"\xff" * 30]
    return pack([entry(BLOB, KEPT), entry(BLOB, base)] +
                [entry(REF_DELTA, one, name(base)) for one in deltas])


def count():
    """Far more objects are announced than there are bytes."""
    return pack([entry(BLOB, KEPT)], count=0xffffffff)


def bases():
    """Bases before the pack, amid an object, and the delta itself."""
    one = delta(4, 4, b"\x90\x04")
    return pack([entry(BLOB, KEPT)] + [entry(OFS_DELTA, one, back(n)) for n in (0, 3, 1 << 40)])


if __name__ == "__main__":
    with open(sys.argv[2], "wb") as out:
        out.write(globals()[sys.argv[1]]())
