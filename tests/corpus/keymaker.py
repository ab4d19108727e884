"""Private keys built from seeded numbers, so that the corpus is the same on each run and needs no
program: RSA (RFC 8017), P-256 (SEC 1), Ed25519 (RFC 8410), OpenSSH (PROTOCOL.key), PGP (RFC 4880),
PuTTY (its appendix C), JKS and PKCS#12."""

import base64
import functools
import hashlib
import struct
import textwrap
import zlib

from sample import Draw

# ---- DER ----

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = (int(part) for part in text.split("."))
    body = [first * 40 + second]
    for part in rest:
        digits = [part & 127]
        while part := part >> 7:
            digits.insert(0, part & 127 | 128)
        body += digits
    return der(6, bytes(body))


RSA_ALGORITHM = der(0x30, oid("1.2.840.113549.1.1.1"), der(5))
EC_ALGORITHM = der(0x30, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))
ED25519_ALGORITHM = der(0x30, oid("1.3.101.112"))


# ---- numbers ----

# How far the next prime is from each of the two numbers that rsa_primes() draws: found once, since
# the search takes longer than all else here.
TO_PRIME = (916, 2386)


@functools.cache
def rsa_primes():
    """The primes of all RSA keys here, 1024 bits each."""
    draw = Draw("rsa")
    return [(draw.getrandbits(1024) | 3 << 1022 | 1) + gap for gap in TO_PRIME]


def rsa(draw):
    """n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p of a 2048-bit key. Keys differ in the exponents,
    since primes are slow to find."""
    p, q = rsa_primes()
    while True:
        e = draw.getrandbits(31) | 1
        try:
            d = pow(e, -1, (p - 1) * (q - 1))
        except ValueError:  # not coprime
            continue
        return p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)


P = 2**256 - 2**224 + 2**192 + 2**96 - 1
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if a[1] != b[1]:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


@functools.cache
def p256_powers():
    powers = [G]
    while len(powers) < 256:
        powers.append(add(powers[-1], powers[-1]))
    return powers


def p256(draw):
    """The scalar's 32 bytes and the uncompressed point's 65."""
    scalar, point = draw.getrandbits(255) | 1 << 254, None
    for bit, power in enumerate(p256_powers()):
        if scalar >> bit & 1:
            point = add(point, power)
    return scalar.to_bytes(32, "big"), b"\4" + b"".join(c.to_bytes(32, "big") for c in point)


EDWARDS = 2**255 - 19
EDWARDS_D = -121665 * pow(121666, -1, EDWARDS) % EDWARDS


def edwards_add(a, b):
    """On Ed25519's curve, in affine coordinates: RFC 8032, 5.1.4. One inversion serves both."""
    cross = EDWARDS_D * a[0] * b[0] * a[1] * b[1] % EDWARDS
    both = pow(1 - cross * cross, -1, EDWARDS)
    return ((a[0] * b[1] + b[0] * a[1]) * (1 - cross) * both % EDWARDS,
            (a[1] * b[1] + a[0] * b[0]) * (1 + cross) * both % EDWARDS)


@functools.cache
def edwards_powers():
    """The base point, doubled again and again."""
    powers = [(15112221349535400772501151409588531511454012693041857206046113283949847762202,
               46316835694926478169428394003475163141307993866256225615783033603165251855960)]
    while len(powers) < 255:
        powers.append(edwards_add(powers[-1], powers[-1]))
    return powers


def ed25519_pair(draw):
    """Seed and public key, 32 bytes each: RFC 8032, 5.1.5."""
    seed, point = draw.randbytes(32), (0, 1)
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    scalar = scalar & ((1 << 254) - 8) | 1 << 254
    for bit, power in enumerate(edwards_powers()):
        if scalar >> bit & 1:
            point = edwards_add(point, power)
    return seed + (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


# ---- key files ----

def pkcs1_rsa(draw):
    return der(0x30, integer(0), *(integer(number) for number in rsa(draw)))


def pkcs8_rsa(draw):
    return der(0x30, integer(0), RSA_ALGORITHM, der(4, pkcs1_rsa(draw)))


def sec1_ec(draw):
    scalar, point = p256(draw)
    return der(0x30, integer(1), der(4, scalar), der(0xa0, oid("1.2.840.10045.3.1.7")),
               der(0xa1, der(3, b"\0", point)))


def pkcs8_ec(draw):
    scalar, point = p256(draw)
    inner = der(0x30, integer(1), der(4, scalar), der(0xa1, der(3, b"\0", point)))
    return der(0x30, integer(0), EC_ALGORITHM, der(4, inner))


def pkcs8_ed25519(draw):
    return der(0x30, integer(0), ED25519_ALGORITHM, der(4, der(4, draw.randbytes(32))))


def pkcs8_encrypted(draw):
    """PBES2 with PBKDF2 and AES-256-CBC; the content is as good as any."""
    kdf = der(0x30, oid("1.2.840.113549.1.5.12"),
              der(0x30, der(4, draw.randbytes(8)), integer(2048),
                  der(0x30, oid("1.2.840.113549.2.9"), der(5))))
    cipher = der(0x30, oid("2.16.840.1.101.3.4.1.42"), der(4, draw.randbytes(16)))
    scheme = der(0x30, oid("1.2.840.113549.1.5.13"), der(0x30, kdf, cipher))
    return der(0x30, scheme, der(4, draw.randbytes(1232)))


def public_ec(draw):
    return der(0x30, EC_ALGORITHM, der(3, b"\0", p256(draw)[1]))


def public_rsa(draw):
    n, e, *_ = rsa(draw)
    return der(0x30, RSA_ALGORITHM, der(3, b"\0", der(0x30, integer(n), integer(e))))


def certificate(draw):
    """An X.509 certificate in form; its signature is of nothing."""
    def name(common):
        return der(0x30, der(0x31, der(0x30, oid("2.5.4.3"), der(12, common.encode()))))
    algorithm = der(0x30, oid("1.2.840.10045.4.3.2"))
    inside = der(0x30, der(0xa0, integer(2)), integer(draw.getrandbits(120)), algorithm,
                 name("Corp Root CA"),
                 der(0x30, der(0x17, b"240101000000Z"), der(0x17, b"340101000000Z")),
                 name("portal.internal"), public_ec(draw))
    signature = der(0x30, integer(draw.getrandbits(250)), integer(draw.getrandbits(250)))
    return der(0x30, inside, algorithm, der(3, b"\0", signature))


def pem(label, body, headers="", width=64):
    lines = "\n".join(textwrap.wrap(base64.b64encode(body).decode(), width))
    return f"-----BEGIN {label}-----\n{headers}{lines}\n-----END {label}-----\n"


def string(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


def mpint(number):
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def openssh(draw, kind, comment, encrypted=False):
    check = draw.randbytes(4) * 2
    if kind == "ssh-ed25519":
        pair = ed25519_pair(draw)
        public_blob = string(kind) + string(pair[32:])
        private = string(kind) + string(pair[32:]) + string(pair)
    elif kind == "ssh-rsa":
        n, e, d, p, q, _, _, inverse = rsa(draw)
        public_blob = string(kind) + mpint(e) + mpint(n)
        private = string(kind) + b"".join(map(mpint, (n, e, d, inverse, p, q)))
    else:
        scalar, point = p256(draw)
        public_blob = string(kind) + string("nistp256") + string(point)
        private = public_blob + mpint(int.from_bytes(scalar, "big"))
    private = check + private + string(comment)
    private += bytes(range(1, 1 + -len(private) % (16 if encrypted else 8)))
    cipher, kdf, options = "none", "none", b""
    if encrypted:
        cipher, kdf = "aes256-ctr", "bcrypt"
        options = string(draw.randbytes(16)) + struct.pack(">I", 16)
        private = draw.randbytes(len(private))
    body = (b"openssh-key-v1\0" + string(cipher) + string(kdf) + string(options)
            + struct.pack(">I", 1) + string(public_blob) + string(private))
    return pem("OPENSSH PRIVATE KEY", body, width=70)


def ssh_public(draw, comment):
    blob = string("ssh-ed25519") + string(draw.randbytes(32))
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} {comment}\n"


def putty(draw, version, encrypted=False):
    public = base64.b64encode(string("ssh-ed25519") + string(draw.randbytes(32))).decode()
    private = base64.b64encode(string(draw.randbytes(33 if not encrypted else 44))).decode()
    lines = [f"PuTTY-User-Key-File-{version}: ssh-ed25519",
             f"Encryption: {'aes256-cbc' if encrypted else 'none'}", "Comment: deploy key",
             f"Public-Lines: {-(-len(public) // 64)}", *textwrap.wrap(public, 64)]
    if encrypted and version == 3:
        lines += ["Key-Derivation: Argon2id", "Argon2-Memory: 8192", "Argon2-Passes: 21",
                  "Argon2-Parallelism: 1", f"Argon2-Salt: {draw.of('hex', 32)}"]
    lines += [f"Private-Lines: {-(-len(private) // 64)}", *textwrap.wrap(private, 64),
              f"Private-MAC: {draw.of('hex', 64 if version == 3 else 40)}"]
    return "\r\n".join(lines) + "\r\n"


def crc24(data):
    check = 0xb704ce
    for byte in data:
        check ^= byte << 16
        for _ in range(8):
            check = check << 1 ^ (0x1864cfb if check & 0x800000 else 0)
    return check & 0xffffff


def armor(label, packets):
    lines = "\n".join(textwrap.wrap(base64.b64encode(packets).decode(), 64))
    check = base64.b64encode(crc24(packets).to_bytes(3, "big")).decode()
    return f"-----BEGIN PGP {label}-----\n\n{lines}\n={check}\n-----END PGP {label}-----\n"


def pgp_packet(tag, body):
    return bytes([0xc0 | tag]) + b"\xff" + struct.pack(">I", len(body)) + body


def pgp(draw, secret, encrypted=False):
    """A v4 EdDSA key with a user id."""
    curve = bytes.fromhex("2b06010401da470f01")
    public = (b"\4" + struct.pack(">I", 1717400000) + b"\x16" + bytes([len(curve)]) + curve
              + struct.pack(">H", 263) + b"\x40" + draw.randbytes(32))
    user = pgp_packet(13, b"release key")
    if not secret:
        return armor("PUBLIC KEY BLOCK", pgp_packet(6, public) + user)
    if encrypted:
        hidden = (b"\xfe\x09\x03\x08" + draw.randbytes(8) + b"\xff" + draw.randbytes(16)
                  + draw.randbytes(54))
    else:
        number = struct.pack(">H", 255) + bytes([draw.randrange(64, 128)]) + draw.randbytes(31)
        hidden = b"\0" + number + struct.pack(">H", sum(number) & 0xffff)
    return armor("PRIVATE KEY BLOCK", pgp_packet(5, public + hidden) + user)


def jks(draw):
    """A Java key store with one private key, encrypted as always, and its digest."""
    alias, key = b"portal", pkcs8_encrypted(draw)
    body = (b"\xfe\xed\xfe\xed" + struct.pack(">III", 2, 1, 1) + struct.pack(">H", len(alias))
            + alias + struct.pack(">Q", 1717400000000) + struct.pack(">I", len(key)) + key
            + struct.pack(">I", 0))
    return body + hashlib.sha1(b"\0c\0h\0a\0n\0g\0e" + b"Mighty Aphrodite" + body).digest()


def pkcs12(draw):
    shrouded = der(0x30, oid("1.2.840.113549.1.12.10.1.2"), der(0xa0, pkcs8_encrypted(draw)))
    safe = der(0x30, der(0x30, oid("1.2.840.113549.1.7.1"),
                         der(0xa0, der(4, der(0x30, shrouded)))))
    auth = der(0x30, oid("1.2.840.113549.1.7.1"), der(0xa0, der(4, safe)))
    mac = der(0x30, der(0x30, der(0x30, oid("2.16.840.1.101.3.4.2.1"), der(5)),
                        der(4, draw.randbytes(32))), der(4, draw.randbytes(8)), integer(2048))
    return der(0x30, integer(3), auth, mac)


def ssh2(draw):
    """A key of ssh.com's programs: a magic number, the length of it all, type, cipher and body."""
    kind, cipher = string("if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}"), string("3des-cbc")
    body = kind + cipher + string(draw.randbytes(616))
    lines = textwrap.wrap(base64.b64encode(
        struct.pack(">II", 0x3f6ff9eb, len(body) + 8) + body).decode(), 70)
    return ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"rsa key\"\n" + "\n".join(lines)
            + "\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n")


def minisign_secret(draw):
    """An unencrypted one has zeros where the KDF stands; this one is encrypted with scrypt."""
    body = b"EdScB2" + draw.randbytes(32) + struct.pack("<QQ", 33554432, 1073741824)
    body += draw.randbytes(104)
    return "untrusted comment: minisign encrypted secret key\n" + base64.b64encode(body).decode() + "\n"


def png(draw, side=24):
    """A small picture of noise."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + draw.randbytes(side * 3) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
