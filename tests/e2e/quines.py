"""A gzip and a zip whose content is the file itself, as in Russ Cox, "Zip Files All The Way Down"
(2010): a program of literals (L) and repetitions (R), each as long as the other, that prints itself
with a header before it and a trailer behind it."""
import struct
import zlib

UNIT = 5  # bytes of an instruction, the length of a stored block's header (RFC 1951, 3.2.4)


def literal(count):
    """The instruction to print the `count` bytes that follow."""
    return struct.pack("<BHH", 0, count, count ^ 0xffff)


def coded(value, bases):
    """The code's number, the extra bits' count and the extra bits of a length or distance."""
    code = max(i for i, (base, _) in enumerate(bases) if base <= value)
    return code, bases[code][1], value - bases[code][0]


def bases_of(first, per_step, flat):
    """The tables of RFC 1951, 3.2.5: `flat` codes without extra bits, then one bit more for each
    `per_step` codes."""
    bases, base = [], first
    for code in range(30):
        extra = 0 if code < flat else (code - flat) // per_step + 1
        bases.append((base, extra))
        base += 1 << extra
    return bases


LENGTHS, DISTANCES = bases_of(3, 4, 8)[:28], bases_of(1, 2, 4)


class Bits:
    def __init__(self):
        self.bits = []

    def number(self, value, count):
        self.bits += [value >> i & 1 for i in range(count)]

    def code(self, value, count):
        """A Huffman code, its highest bit first."""
        self.bits += [value >> i & 1 for i in reversed(range(count))]

    def copy(self, length, distance):
        code, extra, more = coded(length, LENGTHS)
        if code < 23:
            self.code(code + 1, 7)
        else:
            self.code(0xc0 + code - 23, 8)
        self.number(more, extra)
        code, extra, more = coded(distance, DISTANCES)
        self.code(code, 5)
        self.number(more, extra)

    def block(self, copies, distance, final):
        """A block of fixed codes."""
        self.number(2 | final, 3)
        for length in copies:
            self.copy(length, distance)
        self.code(0, 7)


def repeat(count, final=0):
    """The instruction to print the last `count` bytes again."""
    wanted = range(8 * UNIT - 7, 8 * UNIT + 1) if final else [8 * UNIT]
    for first in range(min(count, 258), 2, -1):
        if first != count and not 3 <= count - first <= 258:
            continue
        copies = [first] + ([count - first] if first != count else [])
        for empty in range(3):
            bits = Bits()
            for _ in range(empty):
                bits.block([], 0, 0)
            bits.block(copies, count, final)
            if len(bits.bits) in wanted:
                return sum(bit << i for i, bit in enumerate(bits.bits)).to_bytes(UNIT, "little")
    raise ValueError(f"no {UNIT} bytes repeat {count}")


def program(head, tail):
    """What prints `head`, itself and `tail`."""
    l_1, l_4, r_4, nothing = literal(UNIT), literal(4 * UNIT), repeat(4 * UNIT), literal(0)
    l_head, r_head = literal(len(head) + UNIT), repeat(len(head) + UNIT)
    l_tail, r_tail = literal(len(tail) + UNIT), repeat(len(tail) + UNIT, final=1)
    return b"".join((
        l_head, head, l_head, r_head, l_1, r_head, l_1, l_1, l_4, r_head, l_1, l_1, l_4, r_4,
        l_4, r_4, l_4, r_4, l_4, r_4, l_4, r_4, nothing, nothing, l_tail, r_4, nothing, nothing,
        l_tail, r_tail, tail, r_tail))


def own_crc(make):
    """The x for which make(x) has the CRC-32 x, or None. make(x) holds the four bytes of x here and
    there, so that its CRC is A x + b over GF(2): (A + 1) x = b is solved by elimination."""
    base = zlib.crc32(make(0))
    # Each row is an equation: 32 coefficients, then the right side.
    columns = [zlib.crc32(make(1 << i)) ^ base ^ 1 << i for i in range(32)]
    rows = [sum((column >> bit & 1) << i for i, column in enumerate(columns)) |
            (base >> bit & 1) << 32 for bit in range(32)]
    solved = []
    for i in range(32):
        pivot = next((row for row in rows if row >> i & 1), None)
        if pivot is None:
            return None
        rows.remove(pivot)
        rows = [row ^ pivot if row >> i & 1 else row for row in rows]
        solved = [row ^ pivot if row >> i & 1 else row for row in solved] + [pivot]
    return sum((row >> 32) << i for i, row in enumerate(solved))


def first_quine(make_at):
    """The first of those that `make_at` makes for a seed and a checksum that has this checksum: for
    most seeds there is none."""
    for seed in range(1, 100):
        crc = own_crc(lambda crc, seed=seed: make_at(seed, crc))
        if crc is not None:
            return make_at(seed, crc)
    raise AssertionError("no seed gives a file its own checksum")


def gzip_quine():
    def make_at(time, crc):
        # The name makes the header so long that there is an instruction to repeat it.
        head = struct.pack("<2sBBLBB", b"\x1f\x8b", 8, 8, time, 0, 3) + b"q\0"
        size = len(head) + len(program(head, bytes(8))) + 8
        tail = struct.pack("<LL", crc, size)
        return head + program(head, tail) + tail

    return first_quine(make_at)


def zip_quine():
    name, comment = b"q" * 26 + b".zip", b" " * 40  # as long as there are instructions for

    def parts(time, crc, packed, size):
        fields = struct.pack("<HHHHLLLHH", 0, 8, time, 0x21, crc, packed, size, len(name), 0)
        head = b"PK\3\4" + struct.pack("<H", 20) + fields + name
        entry = b"PK\1\2" + struct.pack("<HH", 20, 20) + fields + bytes(14) + name
        end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(head) + packed,
                          len(comment))
        return head, entry + end + comment

    packed = len(program(*parts(0, 0, 0, 0)))
    size = packed + sum(map(len, parts(0, 0, 0, 0)))

    def make_at(time, crc):
        head, tail = parts(time, crc, packed, size)
        return head + program(head, tail) + tail

    return first_quine(make_at)
