"""Tars with a sparse file, in each of GNU tar's formats ("Sparse Formats" in its manual), whose map
is whatever is given: pairs of an offset and a length."""
from bombs import tar_header


def padded(data, to=512):
    return data + bytes(-len(data) % to)


def base256(number):
    return (1 << 95 | number).to_bytes(12, "big")


def checked(header):
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def pax(records, name, size, data):
    """A pax header of `records`, pairs, then the file."""
    body = b""
    for key, value in records:
        rest = f" {key}={value}\n".encode()
        length = len(rest)
        while len(str(length)) + len(rest) != length:
            length = len(str(length)) + len(rest)
        body += str(length).encode() + rest
    return (tar_header("pax", len(body), b"x") + padded(body) + tar_header(name, size) +
            padded(data))


def oldgnu(name, size, pieces, data):
    """Up to four pieces, in the header (struct oldgnu_header of GNU tar's tar.h)."""
    header = bytearray(tar_header(name, len(data), b"S"))
    for i, (offset, length) in enumerate(pieces):
        header[386 + 24 * i:410 + 24 * i] = base256(offset) + base256(length)
    header[483:495] = base256(size)
    return checked(header) + padded(data)


def sparse_0_0(name, size, pieces, data):
    records = [("GNU.sparse.size", size), ("GNU.sparse.numblocks", len(pieces))]
    for offset, length in pieces:
        records += [("GNU.sparse.offset", offset), ("GNU.sparse.numbytes", length)]
    return pax(records, name, len(data), data)


def sparse_0_1(name, size, pieces, data):
    numbers = ",".join(f"{offset},{length}" for offset, length in pieces)
    return pax([("GNU.sparse.size", size), ("GNU.sparse.numblocks", len(pieces)),
                ("GNU.sparse.map", numbers), ("GNU.sparse.name", name)], "hidden", len(data), data)


def sparse_1_0(name, size, pieces, data, count=None):
    """`count`: the number of pieces that the map claims."""
    numbers = [len(pieces) if count is None else count] + [n for piece in pieces for n in piece]
    data = padded("".join(f"{n}\n" for n in numbers).encode()) + data
    return pax([("GNU.sparse.major", 1), ("GNU.sparse.minor", 0), ("GNU.sparse.realsize", size),
                ("GNU.sparse.name", name)], "hidden", len(data), data)


SPARSE = (oldgnu, sparse_0_0, sparse_0_1, sparse_1_0)
