"""File systems and databases whose structures lie or go in circles, through the real worker: what
cannot be right is told, the rest is read, and it ends."""
import io
import json
import struct
import tarfile
import unittest

from bombs import MIB
from cli_harness import SOURCE
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


class Fat(Disks):
    """A FAT16 with clusters of 1 KiB, the layout that of Microsoft's specification."""

    def setUp(self):
        super().setUp()
        self.env["MTOOLS_SKIP_CHECK"] = "1"
        self.sh(f"""
            mkdir -p tree/sub; echo 'token={TOKEN}' >tree/token; echo x >tree/sub/inner
            head -c 40000 /dev/urandom >tree/noise
            mkfs.vfat -F 16 -s 2 -C fat 8000; mcopy -s -i fat tree/* ::""")
        self.image = (self.home / "fat").read_bytes()
        self.reserved, self.copies, self.fat_len = (
            struct.unpack_from(form, self.image, at)[0]
            for form, at in (("<H", 14), ("B", 16), ("<H", 22)))

    def entry(self, name):
        """Where the entry of `name` is, and its first cluster."""
        at = self.image.index(name.upper().ljust(11).encode())
        return at, struct.unpack_from("<H", self.image, at + 26)[0]

    def chain(self, cluster, following):
        for copy in range(self.copies):
            self.patch("fat", (self.reserved + copy * self.fat_len) * 512 + 2 * cluster,
                       struct.pack("<H", following))

    def test_chains_in_a_circle(self):
        _, first = self.entry("noise")
        self.chain(first + 3, first)
        self.told("fat", ("noise", "corrupt"))
        self.chain(first + 3, first + 3)
        self.told("fat", ("noise", "corrupt"))

    def test_a_folder_in_itself(self):
        inner, _ = self.entry("inner")
        _, cluster = self.entry("sub")
        self.patch("fat", inner + 11, b"\x10")
        self.patch("fat", inner + 26, struct.pack("<H", cluster))
        self.told("fat", ("sub/inner/inner", "corrupt"))

    def test_a_size_and_a_cluster_that_cannot_be(self):
        """The Sleuth Kit does not even list such files, which others read as far as they go."""
        at, _ = self.entry("noise")
        for field, value in ((28, b"\xff\xff\xff\xff"), (26, b"\xf0\xff")):
            (self.home / "fat").write_bytes(self.image)
            self.patch("fat", at + field, value)
            self.told("fat", ("", "corrupt"))


class Exfat(Disks):
    """The layout is that of Microsoft's exFAT specification. The images stand in a tar together."""

    COUNT, ATTRIBUTES, STREAM, VALID, FIRST, SIZE, NAME = 1, 4, 32, 40, 52, 56, 64

    def setUp(self):
        super().setUp()
        self.sh(f"""
            mkdir -p tree/sub; echo 'token={TOKEN}' >tree/token; echo x >tree/sub/inner
            head -c 40000 /dev/urandom >tree/noise; echo x >tree/after
            truncate -s 8M exfat; mkfs.exfat -c 4096 exfat
            python3 {SOURCE}/tests/formats/make/exfat_fill.py pieces tree exfat""")
        self.image = (self.home / "exfat").read_bytes()
        self.fat = struct.unpack_from("<L", self.image, 80)[0] << self.image[108]

    def entry(self, name):
        """Where the entries of `name` are, and its first cluster."""
        units = name.encode("utf-16-le").ljust(30, b"\0")
        at = self.image.index(units) - 2 - self.NAME
        return at, struct.unpack_from("<L", self.image, at + self.FIRST)[0]

    def patched(self, *patches):
        data = bytearray(self.image)
        for at, form, *values in patches:
            struct.pack_into(form, data, at, *values)
        return bytes(data)

    def test_structures_that_lie(self):
        noise, first = self.entry("noise")
        inner, _ = self.entry("inner")
        _, folder = self.entry("sub")
        size = noise + self.SIZE, "<Q", 1 << 62
        kinds = {"plain": [], "loop": [(self.fat + 4 * folder, "<L", folder)],
                 "valid": [(noise + self.VALID, "<Q", 1 << 62)],
                 "invalid": [(noise + self.VALID, "<Q", 0)]}
        chains = {f"chain-{i}": [(self.fat + 4 * at, "<L", to)] for i, (at, to) in enumerate(
            [(first + 4, first), (first, first), (first, 0x7fffffff), (first, 0xffffffff)])}
        itself = [(inner + self.ATTRIBUTES, "<B", 16), (inner + self.FIRST, "<L", folder),
                  (inner + self.VALID, "<Q", 4096), (inner + self.SIZE, "<Q", 4096)]
        lost = {"size": [size, (noise + self.VALID, "<Q", 1 << 62)],
                "stretch": [size, (noise + self.STREAM + 1, "<B", 3)],
                "none": [(noise + self.FIRST, "<L", 0)],
                "out": [(noise + self.FIRST, "<L", 0x7fffffff)],
                "stream": [(noise + self.STREAM, "<B", 0xc1)],
                "name": [(noise + self.NAME, "<B", 0xc0)],
                **{f"count-{n}": [(noise + self.COUNT, "<B", n)] for n in (0, 1, 255)}}
        images = {**kinds, **chains, **lost, "itself": itself}
        with tarfile.open(self.home / "all", "w") as tar:
            for name, patches in images.items():
                data = self.patched(*patches)
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        report = self.told("all", *[(f"{name}!noise", "corrupt") for name in chains],
                           *[(name, "corrupt") for name in lost],
                           ("itself!sub/inner/inner", "corrupt"))
        finding, = [finding for finding in report["findings"]
                    if finding["rule"] == "forges.github-pat"]
        # Each token is met twice: as a file, and in the bytes of its image.
        self.assertEqual(finding["place_count"], 2 * len(images))


class Ntfs(Disks):
    """The layout is that of the structures in the kernel's fs/ntfs/layout.h."""

    FILL = f"python3 {SOURCE}/tests/formats/make/ntfs_fill.py ntfs"

    def make(self, names, script):
        """A file system of files of 40 kB, the `script` run in it; returns its bytes."""
        self.sh(f"""
            mkdir tree; echo 'token={TOKEN}' >tree/token; truncate -s 8M ntfs; mkntfs -q -F ntfs
            for name in {" ".join(names)}; do head -c 40000 /dev/urandom >tree/file-$name; done
            {script}""")
        return (self.home / "ntfs").read_bytes()

    def record(self, image, name):
        """Where the record of a file is: not the directory's entry."""
        record = -1024
        while record < 0 or image[record:record + 4] != b"FILE":
            at = image.index(f"file-{name}".encode("utf-16-le"), record + 1024)
            record = at // 1024 * 1024
        return record

    def attribute(self, image, file, kind, name=""):
        """Where an attribute of a file is."""
        at = self.record(image, file)
        at += struct.unpack_from("<H", image, at + 20)[0]
        while True:
            this, length, _, named, name_at = struct.unpack_from("<LLBBH", image, at)
            found = image[at + name_at:at + name_at + 2 * named].decode("utf-16-le", "replace")
            if (this, found) == (kind, name):
                return at
            self.assertTrue(0 < length < 1024, (file, kind, name))
            at += length

    def test_attributes_and_runs_that_lie(self):
        length, runs, sizes = 4, 64, 40  # in an attribute outside of its record
        lies = {"out": (runs, b"\x21\x0a\x7f\x7f"),
                "huge": (runs, b"\x88" + b"\x7f" * 7),
                "none": (runs, b"\0"),
                "size": (sizes, struct.pack("<QQQ", *[1 << 62] * 3)),
                "circle": (length, bytes(4)),
                "behind": (length, b"\xf8\xff\xff\xff")}
        image = self.make(lies, f"{self.FILL} plain tree")
        for name, (field, value) in lies.items():
            data = self.attribute(image, name, 0x80)
            self.patch("ntfs", data + field, value)
        self.told("ntfs", *[(f"file-{name}", "corrupt") for name in lies])

    def test_lists_of_attributes_that_lie(self):
        """Of files with so many streams that one record does not hold them."""
        length, reference = 4, 16
        lies = {"self": (reference, lambda base: base),
                "other": (reference, lambda base: base + 1),
                "behind": (reference, lambda base: 1 << 40),
                "none": (length, lambda base: 0)}
        streams = " ".join(f"s{i} tree/token" for i in range(20))
        image = self.make(lies, f"""
            {self.FILL} plain tree
            for name in {" ".join(lies)}; do {self.FILL} stream /file-$name {streams}; done""")
        for name, (field, value) in lies.items():
            base, = struct.unpack_from("<L", image, self.record(image, name) + 44)
            at = self.attribute(image, name, 0x20)  # the list, which is not in the record
            run = at + struct.unpack_from("<H", image, at + 32)[0]
            self.assertEqual(image[run] & 15, 1)
            number = image[run + 2:run + 2 + (image[run] >> 4)]
            at = int.from_bytes(number, "little") * image[13] * 512
            while image[at + length]:
                if struct.unpack_from("<L", image, at + reference)[0] != base:
                    form = "<H" if field == length else "<Q"
                    self.patch("ntfs", at + field, struct.pack(form, value(base)))
                at += image[at + length]
        self.told("ntfs", *[(f"file-{name}", "corrupt") for name in lies])

    def test_damaged_streams_beside_content_that_is_whole(self):
        image = self.make(["a", "b", "c"], f"""
            {self.FILL} plain tree
            for name in a b; do {self.FILL} stream /file-$name $name-more tree/file-a; done
            {self.FILL} stream /file-c one tree/token two tree/token three tree/token""")
        out = b"\x21\x0a\x7f\x7f"  # ten clusters behind the end
        for name, lie in (("a", lambda at: (at + 4, bytes(4))),
                          ("b", lambda at: (at + image[at + 32], out))):
            at, stream = 0, f"{name}-more".encode("utf-16-le")
            while image[at:at + 4] != b"\x80\0\0\0":  # another record's, or a list's entry
                at = image.index(stream, at + 65) - 64
            self.patch("ntfs", *lie(at))
        self.patch("ntfs", self.attribute(image, "c", 0x80, "two") + 4, b"\1\0\0\0")
        self.told("ntfs", *[(f"file-{name}", "corrupt") for name in "abc"])

    def test_streams_of_folders_are_read_and_what_only_windows_reads_is_told(self):
        self.make(["wof", "dedup", "link"], f"""
            mkdir tree/dir; mv tree/token .; {self.FILL} plain tree
            {self.FILL} stream /dir one token; {self.FILL} stream / two token
            {self.FILL} stream /file-wof WofCompressedData tree/file-dedup
            {self.FILL} reparse /file-wof 0x80000017; {self.FILL} reparse /file-dedup 0x80000013
            {self.FILL} reparse /file-link 0xa000000c""")
        report = self.told("ntfs", ("file-wof", "unsupported"), ("file-dedup", "unsupported"))
        finding, = [finding for finding in report["findings"]
                    if finding["rule"] == "forges.github-pat"]
        self.assertLessEqual({"/dir:one", "/:two"},
                             {place["path"] for place in [finding, *finding["places"]]})


class Sqlite(Disks):
    """The layout is that of "Database File Format" in SQLite's documentation."""

    def database(self, script):
        self.sh(f"""rm -f db; sqlite3 db <<'EOF'
{script}
EOF""")
        return bytearray((self.home / "db").read_bytes())

    def test_a_huge_blob_of_zeros_is_read(self):
        self.database(f"CREATE TABLE t(a, b); INSERT INTO t VALUES(zeroblob({200 * MIB}), "
                      f"'token={TOKEN}');")
        report = self.whole("db", 1)
        self.assertIn("/t", {place["path"] for finding in report["findings"]
                             for place in [finding, *finding.get("places", [])]})

    def test_a_record_that_lies_about_its_size(self):
        data = self.database(f"""CREATE TABLE t(a); INSERT INTO t VALUES('token={TOKEN}');
                                 INSERT INTO t VALUES('{'x' * 100}');""")
        record = data.rindex(b"x" * 100) - 5  # payload's size, row, header's size, type of column
        self.assertEqual(data[record:record + 5], b"\x67\2\3\x81\x55")
        self.patch("db", record + 3, b"\xff\x7f")  # 8185 bytes of text, in a page of 4096
        self.told("db", ("t", "corrupt"))


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
