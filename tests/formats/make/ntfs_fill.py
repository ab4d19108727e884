#!/usr/bin/env python3
"""Changes an NTFS file system by ntfs-3g's library, which needs no mount:

ntfs_fill.py IMAGE plain|compressed|pieces TREE   fills it with a tree
ntfs_fill.py IMAGE delete PATH...                 deletes files, as a driver does
ntfs_fill.py IMAGE stream PATH [NAME FILE]...     adds streams with the content of the files
ntfs_fill.py IMAGE reparse PATH TAG               makes a file stand for something else
ntfs_fill.py IMAGE encrypt PATH                   marks a file as encrypted by EFS: it is to end with how many
                                                  bytes were added to it, two bytes of them"""
import ctypes
import os
import stat
import struct
import sys

DATA, REPARSE_POINT = 0x80, 0xC0
COMPRESSED = 0x800  # FILE_ATTR_COMPRESSED
STATE_AT, COMPRESSION_BIT = 16, 6  # ntfs_volume.state and NV_Compression, ntfs-3g's volume.h
PIECE = 4096

lib = ctypes.CDLL("libntfs-3g.so.89", use_errno=True)
pointer, i64 = ctypes.c_void_p, ctypes.c_int64
for function, result, arguments in (
    ("ntfs_mount", pointer, [ctypes.c_char_p, ctypes.c_ulong]),
    ("ntfs_umount", ctypes.c_int, [pointer, ctypes.c_int]),
    ("ntfs_pathname_to_inode", pointer, [pointer, pointer, ctypes.c_char_p]),
    ("ntfs_create", pointer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint8, ctypes.c_uint]),
    ("ntfs_delete", ctypes.c_int,
     [pointer, ctypes.c_char_p, pointer, pointer, pointer, ctypes.c_uint8]),
    ("ntfs_inode_close", ctypes.c_int, [pointer]),
    ("ntfs_inode_close_in_dir", ctypes.c_int, [pointer, pointer]),
    ("ntfs_attr_open", pointer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint32]),
    ("ntfs_attr_add", ctypes.c_int,
     [pointer, ctypes.c_uint32, pointer, ctypes.c_uint8, ctypes.c_char_p, i64]),
    ("ntfs_attr_pwrite", i64, [pointer, i64, i64, ctypes.c_char_p]),
    ("ntfs_attr_pclose", ctypes.c_int, [pointer]),
    ("ntfs_attr_close", None, [pointer]),
    ("ntfs_set_ntfs_attrib", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]),
    ("ntfs_set_efs_info", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]),
):  # fmt: skip
    getattr(lib, function).restype = result
    getattr(lib, function).argtypes = arguments


def need(value, what):
    if not value or value == -1:
        sys.exit(f"ntfs_fill: {what}: {os.strerror(ctypes.get_errno())}")
    return value


def wide(name):
    text = name.encode("utf-16-le")
    return ctypes.create_string_buffer(text), len(text) // 2


def create(folder, name, kind):
    return need(lib.ntfs_create(folder, 0, *wide(name), kind), name)


def attribute(inode):
    return need(lib.ntfs_attr_open(inode, DATA, None, 0), "attribute")


def put(attr, at, data):
    if lib.ntfs_attr_pwrite(attr, at, len(data), data) != len(data):
        sys.exit("ntfs_fill: short write")


def write(attr, data):
    """Leaves out what is zeros, as a sparse file is written."""
    for at in range(0, len(data), 65536):
        part = data[at : at + 65536]
        if part.strip(b"\0") or at + 65536 >= len(data):
            put(attr, at, part)


def fill_file(folder, name, data, variant):
    inode = create(folder, name, stat.S_IFREG)
    attr = attribute(inode)
    if variant == "pieces" and len(data) > 500000:
        # Between two pieces lies one of another file.
        other = create(folder, name + "~", stat.S_IFREG)
        between = attribute(other)
        for at in range(0, len(data), PIECE):
            put(attr, at, data[at : at + PIECE])
            put(between, at, b"x" * PIECE)
        lib.ntfs_attr_close(between)
        need(lib.ntfs_inode_close_in_dir(other, folder) == 0, name)
    else:
        write(attr, data)
    if variant == "compressed":
        lib.ntfs_attr_pclose(attr)
    lib.ntfs_attr_close(attr)
    need(lib.ntfs_inode_close_in_dir(inode, folder) == 0, name)


def fill(folder, path, variant):
    for name in sorted(os.listdir(path)):
        inner = os.path.join(path, name)
        if os.path.isdir(inner):
            made = create(folder, name, stat.S_IFDIR)
            if variant == "compressed":
                lib.ntfs_set_ntfs_attrib(made, struct.pack("<I", COMPRESSED), 4, 0)
            fill(made, inner, variant)
            need(lib.ntfs_inode_close_in_dir(made, folder) == 0, name)
        else:
            with open(inner, "rb") as file:
                fill_file(folder, name, file.read(), variant)


def main():
    volume = need(lib.ntfs_mount(sys.argv[1].encode(), 0), sys.argv[1])
    what, rest = sys.argv[2], sys.argv[3:]

    def inode(path):
        return need(lib.ntfs_pathname_to_inode(volume, None, path.encode()), path)

    if what == "delete":
        for path in rest:
            folder, name = os.path.split(path)
            gone = lib.ntfs_delete(volume, None, inode(path), inode(folder or "/"), *wide(name))
            need(gone == 0, path)
    elif what == "stream":
        holder = inode(rest[0])
        for name, path in zip(rest[1::2], rest[2::2]):
            with open(path, "rb") as file:
                data = file.read()
            need(lib.ntfs_attr_add(holder, DATA, *wide(name), data, len(data)) == 0, name)
        need(lib.ntfs_inode_close(holder) == 0, rest[0])
    elif what == "reparse":
        file = inode(rest[0])
        data = struct.pack("<IHH16s", int(rest[1], 0), 16, 0, b"R" * 16)
        need(lib.ntfs_attr_add(file, REPARSE_POINT, None, 0, data, len(data)) == 0, rest[0])
        need(lib.ntfs_inode_close(file) == 0, rest[0])
    elif what == "encrypt":
        file = inode(rest[0])
        info = struct.pack("<I", 512).ljust(512, b"E")
        need(lib.ntfs_set_efs_info(file, info, len(info), 0) == 0, rest[0])
        need(lib.ntfs_inode_close(file) == 0, rest[0])
    else:
        state = ctypes.c_ulong.from_address(volume + STATE_AT)
        state.value |= (what == "compressed") << COMPRESSION_BIT
        root = inode("/")
        fill(root, rest[0], what)
        need(lib.ntfs_inode_close(root) == 0, "/")
    need(lib.ntfs_umount(volume, 0) == 0, "umount")


if __name__ == "__main__":
    main()
