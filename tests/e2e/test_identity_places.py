"""Wherever a name can stand in an artifact, it is found there."""
import gzip
import io
import json
import struct
import subprocess
import tarfile
import unittest
import zipfile
import zlib

from cli_harness import CliTest

NAME = "brandvoldo"
SID = "S-1-5-21-16909060-84281096-151653132-1001"
RAW_SID = bytes([1, 5, 0, 0, 0, 0, 0, 5]) + struct.pack("<5I", 21, 16909060, 84281096, 151653132,
                                                        1001)


def gzip_member(name=None, comment=None):
    """RFC 1952 2.3: FNAME is flag 8, FCOMMENT 16."""
    flags = (8 if name else 0) | (16 if comment else 0)
    body = zlib.compressobj(wbits=-15)
    data = body.compress(b"x\n") + body.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(5) + b"\x03"
    for text in (name, comment):
        head += text.encode() + b"\0" if text else b""
    return head + data + struct.pack("<II", zlib.crc32(b"x\n"), 2)


def zip_file(comment=b"", member=b""):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        info = zipfile.ZipInfo("x")
        info.comment = member
        file.writestr(info, "x")
        file.comment = comment
    return data.getvalue()


def tar_file(**fields):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT,
                      pax_headers=fields.pop("globally", None)) as tar:
        entry = tarfile.TarInfo(fields.pop("name", "x"))
        for key, value in fields.items():
            setattr(entry, key, value)
        tar.addfile(entry)
    return data.getvalue()


def login_record(user, host):
    """utmp(5) on Linux for 64 bits: type, pid, line, id, user, host and so on, 384 bytes."""
    return struct.pack("<hxxi32s4s32s256s76x", 7, 4711, b"pts/0", b"ts/0", user.encode(),
                       host.encode()).ljust(384, b"\0")


class Places(CliTest):
    def run_tool(self, *args):
        subprocess.run(args, check=True, capture_output=True, cwd=self.home,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.home)})

    def image(self, name, *make, size=1 << 20):
        (self.home / name).write_bytes(bytes(size))
        self.run_tool(*make, name)
        return (self.home / name).read_bytes()

    def certificate(self, mask):
        """An X.509 certificate whose subject is of one type of string, in DER."""
        (self.home / "c.cnf").write_text(
            f"[req]\nprompt=no\ndistinguished_name=d\nstring_mask=MASK:{mask}\n"
            f"[d]\nCN={NAME} of x\n")
        self.run_tool("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-config",
                      "c.cnf", "-keyout", "c.key", "-outform", "DER", "-out", "c.der")
        return (self.home / "c.der").read_bytes()

    def ssh_key(self):
        self.run_tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{NAME}@x", "-f", "k")
        return (self.home / "k.pub").read_bytes(), (self.home / "k").read_bytes()

    def scan(self, files, kind="username", value=NAME):
        """The files' names in which the value is found."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        (self.home / "all.tar").write_bytes(data.getvalue())
        (self.home / "p.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "p",
            "identities": [{"kind": kind, "value": value}]}))
        report = json.loads(self.assay("scan", "all.tar", "--policy", "p.json", "--format", "json",
                                       code=1)[0])
        self.assertNotIn(value, json.dumps(report).lower())
        found = set()
        for finding in report["findings"]:
            if finding["class"] == "identity":
                for place in [finding, *finding.get("places", [])]:
                    found.update(name for name in files
                                 if place["path"].lstrip("/").startswith(name))
        return found

    def check(self, files, **what):
        self.assertEqual(set(files) - self.scan(files, **what), set())

    def test_archives(self):
        self.check({
            "path.tar": tar_file(name=f"home/{NAME}/x"),
            "link.tar": tar_file(type=tarfile.SYMTYPE, linkname=f"/home/{NAME}"),
            "owner.tar": tar_file(uname=NAME),
            "group.tar": tar_file(gname=NAME),
            "xattr.tar": tar_file(pax_headers={"SCHILY.xattr.user.by": f"by {NAME}"}),
            "pax.tar": tar_file(pax_headers={"comment": f"by {NAME}"}),
            "global.tar": tar_file(globally={"comment": f"by {NAME}"}),
            "name.gz": gzip_member(name=f"{NAME}.txt"),
            "comment.gz": gzip_member(comment=f"by {NAME}"),
            "comment.zip": zip_file(comment=f"by {NAME}".encode()),
            "member.zip": zip_file(member=f"by {NAME}".encode()),
        })

    def test_labels(self):
        letters = "41414141-4141-4141-4141-414141414141"  # in front of the label, as bytes
        self.check({
            "label.ext4": self.image("e", "mke2fs", "-q", "-F", "-U", letters, "-L", NAME),
            "label.fat": self.image("f", "mkfs.vfat", "-n", NAME.upper()),
            "label.swap": self.image("s", "mkswap", "-U", letters, "-L", NAME),
        })

    def test_keys_and_certificates(self):
        public, private = self.ssh_key()
        self.check({
            "k.pub": public, "id_ed25519": private,
            "printable.der": self.certificate("0x2"),
            "utf8.der": self.certificate("0x2000"),
            "bmp.der": self.certificate("0x800"),
        })

    def test_logins(self):
        self.check({
            "utmp": login_record(NAME, "") * 2,
            "wtmp": login_record("x", NAME) * 2,
            "lastlog": bytes(292 * 3) + struct.pack("<i32s256s", 1, b"pts/0", NAME.encode()),
        })

    def test_logins_of_short_names(self):
        self.check({"utmp": login_record("tim", "") * 2}, value="tim")

    def test_security_identifiers(self):
        self.check({
            "text": f"owner {SID}\n".encode(),
            "utf16": f"owner {SID}\n".encode("utf-16-le"),
            "descriptor": bytes(48) + RAW_SID + bytes(16),
        }, kind="sid", value=SID)


if __name__ == "__main__":
    unittest.main()
