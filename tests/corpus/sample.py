"""A labelled sample, and the seeded draws that all of them are made of.

Nothing here knows the rules: tokens are drawn from the providers' documented formats, and they
are made when they are needed, since a token with a right checksum in git is one that forges
refuse to take."""

import base64
import random
import re
import string
import zlib
from dataclasses import dataclass

OPEN, CLOSE = "\x01", "\x02"  # around the secret in a text that is being made

DIGITS = string.digits
LOWER = string.ascii_lowercase
UPPER = string.ascii_uppercase
BASE62 = DIGITS + UPPER + LOWER  # in the order of GitHub's and npm's checksums
ALPHABETS = {
    "b62": BASE62,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "dig": DIGITS,
    "abc": LOWER,
    "ABC": UPPER,
    "low": DIGITS + LOWER,
    "up": DIGITS + UPPER,
    "letter": LOWER + UPPER,
    "b32": UPPER + "234567",
    "url": BASE62 + "-_",
    "word": BASE62 + "_",
    "b64": BASE62 + "+/",
}


@dataclass
class Sample:
    """One file. `secret` is where in `content` the secret stands, None in a clean one."""

    family: str
    label: str  # secret, identity or clean
    kind: str
    name: str  # the file's name, may hold folders
    content: bytes
    secret: tuple | None


def mark(secret):
    return OPEN + secret + CLOSE


def sample(family, label, kind, name, text, encoding="utf-8"):
    """A sample of a text in which the secret is marked. UTF-16 gets its byte order mark."""
    before, _, rest = text.partition(OPEN)
    inside, _, after = rest.partition(CLOSE)
    assert (label == "clean") == (not inside), (family, kind, name)
    codec = {"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"}.get(encoding, encoding)
    first = "\ufeff" if codec.startswith("utf-16") else ""
    start = len((first + before).encode(codec))
    end = start + len(inside.encode(codec))
    return Sample(family, label, kind, name, (first + before + inside + after).encode(codec),
                  (start, end) if inside else None)


class Draw(random.Random):
    """Seeded by a text, so that a family's samples do not depend on the other families."""

    def of(self, alphabet, count):
        return "".join(self.choices(ALPHABETS.get(alphabet, alphabet), k=count))

    def uuid(self):
        bits = self.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
        digits = f"{bits:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def base64(self, count):
        return base64.b64encode(self.randbytes(count)).decode()

    def base64url(self, count):
        return base64.urlsafe_b64encode(self.randbytes(count)).decode().rstrip("=")

    def basic(self):
        """What stands in an Authorization header of that kind, RFC 7617."""
        return base64.b64encode(f"svc:{self.of('b62', 18)}".encode()).decode()

    def crc62(self, prefix, count):
        """The form of GitHub's and npm's tokens: the last six characters are the rest's CRC."""
        body = self.of("b62", count)
        return prefix + body + crc62(body)

    def jwt(self, claims, alg="HS256"):
        head = '{"alg":"%s","typ":"JWT"}' % alg
        parts = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
                 for part in (head, claims)]
        return ".".join([*parts, self.base64url(32 if alg.startswith("HS") else 256)])

    def fill(self, form, one=None):
        """`<b62:36>` in a form becomes that many characters, `<uuid>` a UUID, `<b64=32>` the
        base64 of 32 bytes. With `one`, each drawn character is that one."""
        def draw(match):
            uuid, name, sign, count = match.groups()
            if uuid:
                text = self.uuid()
            elif sign == "=":
                text = self.base64(int(count)) if name == "b64" else self.base64url(int(count))
            else:
                text = self.of(name, int(count))
            return re.sub(r"[^-]", one, text) if one else text
        form = form.replace("@basic@", self.basic())
        return re.sub(r"<(?:(uuid)|(\w+)([:=])(\d+))>", draw, form)


def crc62(body):
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits.rjust(6, "0")


def crc8hex(body):
    return f"{zlib.crc32(body.encode()):08x}"
