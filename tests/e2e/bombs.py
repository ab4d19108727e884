"""Makers of hostile files: what expands without end, overlaps, quotes itself or lies."""
import io
import struct
import tarfile
import zipfile
import zlib

MIB = 1 << 20


def tar_of(**files):
    """A tar in memory; a "__" in a name is a slash."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/"))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def zip_of(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def zip_tree(depth, fan, leaf):
    """42.zip: zips of `fan` zips each, `depth` deep, the lowest ones with `leaf` in them."""
    data = zip_of((f"{i:x}.dat", leaf) for i in range(fan))
    for level in range(1, depth):
        data = zip_of((f"lib {level} {i:x}.zip", data) for i in range(fan))
    return data


def deflated(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def local_header(name, crc, packed, size):
    return struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 8, 0, 0x21, crc, packed, size, len(name),
                       0) + name


def zip_of_members(members, body):
    """The directory behind `body`; a member is (name, crc, packed size, size, offset)."""
    directory = b"".join(
        struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 8, 0, 0x21, crc, packed, size,
                    len(name), 0, 0, 0, 0, 0, offset) + name
        for name, crc, packed, size, offset in members)
    return body + directory + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, len(members), len(members),
                                          len(directory), len(body), 0)


def zip_overlapping(count, kernel):
    """David Fifield, "A better zip bomb" (USENIX WOOT 2019): each member quotes the header of the
    next one in a stored block and goes on into it, so that all of them share one kernel."""
    packed = deflated(kernel)
    name = b"%06d" % count
    body = [local_header(name, zlib.crc32(kernel), len(packed), len(kernel)) + packed]
    members = [(name, zlib.crc32(kernel), len(packed), len(kernel))]
    content = kernel
    for i in reversed(range(count - 1)):
        quoted = local_header(*members[0])
        block = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xffff)
        content = quoted + content
        name = b"%06d" % i
        members.insert(0, (name, zlib.crc32(content),
                           members[0][2] + len(quoted) + len(block), len(content)))
        body.insert(0, local_header(*members[0]) + block)
    offset = 0
    for i, piece in enumerate(body):
        members[i] += (offset,)
        offset += len(piece)
    return zip_of_members(members, b"".join(body))


def gzip_bomb(size):
    """`size` zeros, a multiple of 64 MiB, as gzip -9 would pack them but for blocks that start
    anew: one piece is packed and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(64 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The sum at the end is not that of the zeros: nobody gets there.
    return (b"\x1f\x8b\x08\0\0\0\0\0\2\3" + piece * (size // (64 * MIB)) + b"\3\0" +
            struct.pack("<LL", 0, size & 0xffffffff))


def zstd_window(log, content):
    """A zstd frame (RFC 8878, 3.1.1) of one raw block that asks for a window of 2^log bytes."""
    return struct.pack("<LBB", 0xfd2fb528, 0, (log - 10) << 3) + \
        (len(content) << 3 | 1).to_bytes(3, "little") + content


def nested(pack, content, depth):
    for _ in range(depth):
        content = pack(content)
    return content


def tar_header(name, size, kind=b"0", **more):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, kind
    for key, value in more.items():
        setattr(entry, key, value)
    return entry.tobuf(tarfile.GNU_FORMAT)


def numbered(header, total, number):
    """The header of a file d/0000000 under another number; `total` is the sum of its bytes."""
    digits = b"%07d" % number
    # The checksum counts its own field as spaces.
    checksum = total - sum(header[148:156]) + 8 * 32 + sum(digits) - 7 * 48
    return (header[:2] + digits + header[9:148] + b"%06o\0 " % checksum + header[156:])
