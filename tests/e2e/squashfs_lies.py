"""A squashfs of one file, all of it a hole, whose fields say whatever is given. The layout is that
of the kernel's fs/squashfs/squashfs_fs.h."""
import struct
import zlib

NONE = 0xffffffff
NO_TABLE = 0xffffffffffffffff


def metadata(data):
    """The blocks of metadata that hold `data`, and where each begins."""
    out, starts = b"", []
    for i in range(0, len(data), 8192):
        starts.append(len(out))
        piece = data[i:i + 8192]
        packed = zlib.compress(piece)
        if len(packed) < len(piece):
            out += struct.pack("<H", len(packed)) + packed
        else:
            out += struct.pack("<H", len(piece) | 0x8000) + piece
    return out, starts


def squashfs_of(size, blocks=None, fragment=NONE, inodes=2, fragments=0, log=20):
    """`blocks`: how many of 1 << `log` bytes the inode lists, by default what `size` needs."""
    blocks = size >> log if blocks is None else blocks
    nodes = struct.pack("<HHHHLLQQQLLLL", 9, 0o644, 0, 0, 0, 1, 0, size, 0, 1, fragment, 0, NONE)
    nodes += bytes(4 * blocks)
    listing = struct.pack("<LLLHhHH", 0, 0, 1, 0, 0, 2, 3) + b"huge"
    root = len(nodes)
    nodes += struct.pack("<HHHHLLLLHHL", 1, 0o755, 0, 0, 0, 2, 0, 2, len(listing) + 3, 0, 3)
    node_blocks, starts = metadata(nodes)
    tables = [node_blocks, metadata(listing)[0], metadata(struct.pack("<L", 0))[0]]
    at = [96]
    for table in tables:
        at.append(at[-1] + len(table))
    head = struct.pack("<LLLLLHHHHHHQQQQQQQQ", 0x73717368, inodes, 0, 1 << log, fragments, 1, log,
                       0x10, 1, 4, 0, starts[root // 8192] << 16 | root % 8192, at[3] + 8, at[3],
                       NO_TABLE, at[0], at[1], NO_TABLE, NO_TABLE)
    data = head + b"".join(tables) + struct.pack("<Q", at[2])
    return data + bytes(-len(data) % 4096)
