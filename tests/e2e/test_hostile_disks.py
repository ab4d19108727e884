"""File systems and databases whose structures lie or go in circles, through the real worker: what
cannot be right is told, the rest is read, and it ends."""
import json
import struct
import unittest

from bombs import MIB
from squashfs_lies import squashfs_of
from test_cli_scan import TOKEN
from test_hostile import Hostile

TIB = 1 << 40


class Disks(Hostile):
    def told(self, artifact, *places, code=1):
        """The report on `artifact`; `places` were not read in full, and no other."""
        report = self.scan(artifact, code=code)
        self.assertEqual({(place["where"], place["reason"])
                          for place in report["coverage"]["unread"]}, set(places))
        return report

    def whole(self, name, code):
        """The report on what could be read in full."""
        report = json.loads(self.assay("scan", name, "--format", "json", code=code)[0])
        self.assertEqual(report["coverage"]["unread"], [])
        return report

    def patch(self, name, at, data):
        with open(self.home / name, "r+b") as file:
            file.seek(at)
            file.write(data)


class Ext(Disks):
    """BLOCK: where a file's extents are; the layout is that of the kernel's ext4_extents.h."""

    BLOCK, FREE = 1024, 15000  # `FREE`: blocks from there on are in no use

    def setUp(self):
        super().setUp()
        self.sh(f"mkdir tree; echo 'token={TOKEN}' >tree/token")
        with open(self.home / "tree/pieces", "wb") as file:
            for i in range(1000):
                file.seek(2 * self.BLOCK * i)
                file.write(b"%1024d" % i)
        self.sh(f"""
            truncate -s 16M ext
            mke2fs -q -F -t ext4 -b {self.BLOCK} -O ^metadata_csum,^inline_data -d tree ext""")
        root = struct.pack("<HHHH", 0xf30a, 1, 4, 2)  # of `pieces`, of depth 2
        self.root = (self.home / "ext").read_bytes().index(root)

    def extents(self, depth, *nodes):
        """Makes the tree of `pieces` one of this depth, with `nodes` from FREE on."""
        self.patch("ext", self.root + 6, struct.pack("<H", depth))
        self.patch("ext", self.root + 16, struct.pack("<L", self.FREE))
        for i, (level, entries) in enumerate(nodes):
            self.patch("ext", (self.FREE + i) * self.BLOCK,
                       struct.pack("<HHHHL", 0xf30a, len(entries), 84, level, 0) +
                       b"".join(entries))

    def index(self, node):
        return [struct.pack("<LLL", i, self.FREE + node, 0) for i in range(84)]

    def test_extents_in_a_circle(self):
        for depth in (2, 5):
            self.extents(depth, (depth - 1, self.index(0)))
            self.told("ext", ("pieces", "corrupt"))

    def test_extents_that_branch_without_end(self):
        """84^4 leaves, all the same one: empty, or with extents that are not written."""
        levels = [(4 - i, self.index(i + 1)) for i in range(4)]
        for leaf in ([], [struct.pack("<LHHL", i, 32769, 0, 20) for i in range(84)]):
            self.extents(5, *levels, (0, leaf))
            self.told("ext", ("pieces", "corrupt"))

    def test_a_file_larger_than_its_blocks_is_a_hole(self):
        self.sh("debugfs -w -R 'sif token size 0x7fffffffffffffff' ext")
        report = self.whole("ext", 1)
        self.assertLess(report["coverage"]["bytes"], 16 * MIB)

    def test_a_file_smaller_than_its_blocks_is_read_all_the_same(self):
        self.sh("debugfs -w -R 'sif token size 0' ext")
        report = self.whole("ext", 1)
        self.assertEqual([finding["path"] for finding in report["findings"]], ["/(slack)"])


class Squashfs(Disks):
    def test_a_file_of_4_tib_without_content_is_read(self):
        (self.home / "huge").write_bytes(squashfs_of(4 * TIB))
        report = self.whole("huge", 0)
        self.assertEqual(report["coverage"]["entries"], 3)

    def test_inodes_and_fragments_that_lie(self):
        file = ("huge", "corrupt")
        self.told(squashfs_of(1 << 62, blocks=10), file, code=3)
        self.told(squashfs_of(MIB + 5, blocks=1, fragment=7, fragments=0xffffffff), file, code=3)
        self.told(squashfs_of(MIB + 5, blocks=1, fragment=7, inodes=0xffffffff), file,
                  ("", "corrupt"), code=3)


if __name__ == "__main__":
    unittest.main()
