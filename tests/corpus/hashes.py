"""Password hashes, as they are made: salt and digest of random bytes in each form's own encoding."""

import base64

from sample import Draw, sample
from vendors import files

CRYPT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BCRYPT = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def sixes(draw, count, alphabet, low_first=True):
    """`count` random bytes by six bits a character: crypt's has the low bits first."""
    data, text, value, bits = draw.randbytes(count), "", 0, 0
    for byte in data:
        value = value | byte << bits if low_first else value << 8 | byte
        bits += 8
        while bits >= 6:
            bits -= 6
            if low_first:
                text, value = text + alphabet[value & 63], value >> 6
            else:
                text += alphabet[value >> bits & 63]
    if bits:
        text += alphabet[value & 63] if low_first else alphabet[value << (6 - bits) & 63]
    return text


def salt(draw, count):
    return draw.of(CRYPT, count)


def bcrypt(draw, variant="b", cost=10):
    return (f"$2{variant}${cost:02}$" + sixes(draw, 16, BCRYPT, False)
            + sixes(draw, 23, BCRYPT, False))


def argon2(draw):
    def text(count):
        return base64.b64encode(draw.randbytes(count)).decode().rstrip("=")
    return f"$argon2id$v=19$m=65536,t=3,p=4${text(16)}${text(32)}"


HASHES = {
    "md5crypt": lambda d: f"$1${salt(d, 8)}${sixes(d, 16, CRYPT)}",
    "apr1": lambda d: f"$apr1${salt(d, 8)}${sixes(d, 16, CRYPT)}",
    "sha256crypt": lambda d: f"$5${salt(d, 16)}${sixes(d, 32, CRYPT)}",
    "sha512crypt": lambda d: f"$6${salt(d, 16)}${sixes(d, 64, CRYPT)}",
    "sha512crypt-rounds": lambda d: f"$6$rounds=656000${salt(d, 16)}${sixes(d, 64, CRYPT)}",
    "bcrypt": bcrypt,
    "bcrypt-y": lambda d: bcrypt(d, "y", 12),
    "yescrypt": lambda d: f"$y$j9T${sixes(d, 16, CRYPT)}${sixes(d, 32, CRYPT)}",
    "gost-yescrypt": lambda d: f"$gy$j9T${sixes(d, 16, CRYPT)}${sixes(d, 32, CRYPT)}",
    "scrypt": lambda d: f"$7$CU..../....{sixes(d, 16, CRYPT)}${sixes(d, 32, CRYPT)}",
    "argon2id": argon2,
    "phpass": lambda d: f"$P$B{salt(d, 8)}{sixes(d, 16, CRYPT)}",
}

CONTEXTS = [
    ("shadow", "daemon:*:19700:0:99999:7:::\nadmin:@S@:19700:0:99999:7:::\n"),
    ("users.nix", 'users.users.admin = {\n  isNormalUser = true;\n  hashedPassword = "@S@";\n};\n'),
    ("users-groups.json", '{"users":[{"name":"admin","hashedPassword":"@S@","uid":1000}]}'),
    ("htpasswd", "admin:@S@\n"),
    ("preseed.cfg", "d-i passwd/user-fullname string Admin\nd-i passwd/root-password-crypted password @S@\n"),
    ("user-data", "#cloud-config\nusers:\n- name: admin\n  passwd: @S@\n  lock_passwd: false\n"),
    ("ks.cfg", "lang en_US\nrootpw --iscrypted @S@\nreboot\n"),
    ("users.sql", "INSERT INTO users VALUES (1,'admin','@S@',1);\n"),
    ("users.yml", "users:\n  admin:\n    password: '@S@'\n"),
]

FILES = [
    ("ssha", "users.ldif", "dn: uid=ops,dc=corp\nuserPassword: \1{SSHA}<b64=24>\2\n"),
    ("ssha512", "slapd.conf", "rootdn cn=admin\nrootpw \1{SSHA512}<b64=72>\2\n"),
    ("mysql-native", "grants.sql", "CREATE USER 'app'@'%' IDENTIFIED WITH mysql_native_password AS '\1*<HEX:40>\2';\n"),
    ("postgres-scram", "roles.sql", "ALTER ROLE app WITH LOGIN PASSWORD '\1SCRAM-SHA-256$4096:<b64=16>$<b64=32>:<b64=32>\2';\n"),
    ("postgres-md5", "userlist.txt", '"app" "\1md5<hex:32>\2"\n'),
    ("django-pbkdf2", "fixture.json", '{"model": "auth.user", "fields": {"password": "\1pbkdf2_sha256$600000$<b62:22>$<b64=32>\2"}}\n'),
    ("werkzeug", "users.csv", "id,name,hash\n1,admin,\1scrypt:32768:8:1$<b62:16>$<hex:128>\2\n"),
    ("werkzeug-pbkdf2", "user.json", '{"pw": "\1pbkdf2:sha256:600000$<b62:16>$<hex:64>\2"}\n'),
    ("grub", "grub.cfg", "set superusers=\"root\"\npassword_pbkdf2 root \1grub.pbkdf2.sha512.10000.<HEX:128>.<HEX:128>\2\n"),
    ("smbpasswd", "smbpasswd", "admin:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:\1<HEX:32>\2:[U          ]:LCT-665F2A10:\n"),
    ("pwdump", "sam.txt", "Administrator:500:aad3b435b51404eeaad3b435b51404ee:\1<hex:32>\2:::\n"),
    ("mosquitto", "passwd", "sensor:\1$7$101$<b64=12>$<b64=64>\2\n"),
    ("dovecot", "users", "ops@corp.test:\1{SHA512-CRYPT}$6$<b62:16>$<b62:85>/\2:1000:1000::\n"),
    ("grub-user", "40_custom", "password_pbkdf2 admin \1grub.pbkdf2.sha512.10000.<HEX:128>.<HEX:128>\2\n"),
]

NEAR = [
    ("locked", "shadow", "root:!:19700::::::\ndaemon:*:19700:0:99999:7:::\nsshd:!!:19700::::::\nnobody:!*:19<dig:3>::::::\n"),
    ("passwd", "passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nnixbld<dig:1>:x:30001:30000::/var/empty:/bin/false\n"),
    ("bcrypt-docs", "crypt.md", "A bcrypt hash looks like $2b$10$<salt><hash>, a SHA-512 one like $6$salt$hash.\n"),
    ("sha512crypt-docs", "mkpasswd.md", "mkpasswd -m sha-512 prints $6$...\n"),
    ("hash-file", "users.nix", "hashedPasswordFile = config.sops.secrets.admin-<abc:4>.path;\n"),
    ("short-crypt", "notes.txt", "$1$abc$short and $6$<b62:4>$<b62:10> are no hashes\n"),
    ("shell-variables", "run.sh", 'echo "$1$2$3"; test "$5" = "$6" || exit $2\n'),
    ("sed-groups", "fix.sh", "perl -pe 's/(a)(b)/$1$2/; s/x/$6$5/' file-<dig:2>\n"),
    ("sha256sums", "SHA256SUMS", "<hex:64>  image.iso\n<hex:64> *rootfs.tar\n"),
    ("md5sums", "md5sums", "<hex:32>  usr/bin/app\n<hex:32>  usr/share/doc/app/copyright\n"),
    ("sri", "index.html", '<script src="a.js" integrity="sha384-<b64=48>"></script>\n'),
    ("nix-hash", "fetch.nix", 'hash = "sha256-<b64=32>";\nsha256 = "<hex:64>";\n'),
    ("nix-base32", "fetch.nix", 'sha256 = "0<low:51>";\n'),
    ("nix-store", "closure.txt", "/nix/store/<low:32>-bash-5.2p26\n/nix/store/<low:32>-glibc-2.39\n"),
    ("narinfo", "a.narinfo", "StorePath: /nix/store/<low:32>-hello\nNarHash: sha256:<low:52>\nSig: cache.nixos.org-1:<b64=64>\n"),
    ("mysql-empty", "grants.sql", "CREATE USER 'app'@'%' IDENTIFIED WITH caching_sha2_password;\n"),
    ("nt-empty", "sam.txt", "Guest:501:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::\n"),
    ("crypt-names", "method.c", '{ "$y$", 3, crypt_yescrypt_rn }, { "$2b$", 4, crypt_bcrypt_rn },\n'),
    ("etag", "headers.txt", 'ETag: "<hex:40>"\nX-Cache: HIT\n'),
    ("uuid-list", "ids.txt", "<uuid>\n<uuid>\n<uuid>\n"),
    ("fstab", "fstab", "UUID=<uuid> / ext4 defaults 0 1\nPARTUUID=<uuid> /boot vfat umask=0077 0 2\n"),
    ("integrity-ts", "deno.lock", '{"remote": {"https://deno.land/std/a.ts": "<hex:64>"}}\n'),
]


def samples():
    draw = Draw("hashes")
    for kind, make in HASHES.items():
        for name, form in CONTEXTS:
            if (kind in ("apr1", "phpass")) and name not in ("htpasswd", "users.sql", "users.yml"):
                continue  # these are not crypt(3)'s on a system
            text = form.replace("@S@", "\1" + make(draw) + "\2")
            yield sample("hashes", "secret", f"{kind} in {name}", name, text)
    yield from files("hashes", FILES, NEAR)
