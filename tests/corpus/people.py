"""Personal data: of people whom the policy names, and what has a shape of its own. All people,
hosts and numbers are invented."""

import base64
import unicodedata

from sample import Draw, mark, sample
from vendors import files

# First name, last name, user name, host, employee id, phone.
PEOPLE = [
    ("Tim", "Okonjo", "tim", "okonjo-t14", "E204417", "+49 30 901820 441"),
    ("Zoë", "Brännström", "zbrannstrom", "brann-ws2", "E204418", "+46 8 5551 2034"),
    ("Marit", "Halvorsen", "mhalvorsen", "oslo-build-3", "E204419", "+47 22 85 50 71"),
    ("Łukasz", "Wiśniewski", "lwisniewski", "waw-dev-11", "E204420", "+48 22 603 12 48"),
    ("Aurélie", "Desrosiers", "adesrosiers", "lyon-nix-02", "E204421", "+33 4 72 40 81 19"),
    ("Jürgen", "Köstlbacher", "jkoest", "muc-lap-77", "E204422", "+49 89 2180 6633"),
    ("Priya", "Raghunathan", "praghu", "blr-ws-401", "E204423", "+91 80 4112 7735"),
    ("Max", "Eberhardsen", "max", "eberhard-pc", "E204424", "+45 33 92 33 71"),
    ("Ann", "Quillfeather", "annq", "quill-mbp", "E204425", "+44 20 7946 0991"),
    ("Dmitri", "Volkonsky", "dvolkonsky", "volk-tower", "E204426", "+370 5 266 1423"),
    ("Sofía", "Arrizabalaga", "sarriza", "bio-dev-09", "E204427", "+34 94 423 9951"),
    ("Kenji", "Morisaki", "kmorisaki", "kyo-gpu-4", "E204428", "+81 75 753 2291"),
]
DOMAIN = "tigerworks-internal.net"


def folded(text):
    """Without diacritics, as people write names where they cannot type them."""
    apart = unicodedata.normalize("NFD", text.translate(str.maketrans("łŁ", "lL")))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def policy():
    """The identities as a policy file has them."""
    identities = [{"kind": "domain", "value": DOMAIN}]
    for first, last, user, host, employee, phone in PEOPLE:
        identities += [
            {"kind": "name", "value": f"{first} {last}"}, {"kind": "username", "value": user},
            {"kind": "email", "value": f"{user}@corp-mail.example"},
            {"kind": "hostname", "value": host}, {"kind": "employee-id", "value": employee},
            {"kind": "phone", "value": phone}]
    return identities


def positives():
    for first, last, user, host, employee, phone in PEOPLE:
        name, mail = f"{first} {last}", f"{user}@corp-mail.example"
        plain = f"{folded(first)} {folded(last)}"
        rows = [
            ("name", "COPYRIGHT", f"Copyright (c) 2024 {mark(name)}\n"),
            ("name folded", "AUTHORS", f"Kim Doe\n{mark(plain)}\n"),
            ("name last first", "staff.csv", f"id,name\n1,\"{mark(f'{last}, {first}')}\"\n"),
            ("name upper case", "badge.txt", f"BADGE {mark(name.upper())}\n"),
            ("name with initial", "log.md", f"- {mark(f'{first[0]}. {last}')} fixed the build\n"),
            ("name in JSON", "package.json", '{"name": "app", "author": "' + mark(name) + '"}\n'),
            ("name in git log", "git.log", f"commit\nAuthor: {mark(name)} <x>\nDate: today\n"),
            ("mail", "gitconfig", f"[user]\n\temail = {mark(mail)}\n"),
            ("mail in upper case", "ldap.txt", f"mail: {mark(mail.upper())}\n"),
            ("mail in code", "module.nix", f'meta.maintainers = [ {{ email = "{mark(mail)}"; }} ];\n'),
            ("user in home", "paths.txt", f"/home/{mark(user)}/src/app\n"),
            ("user in Windows home", "paths.cmd", f"cd C:\\Users\\{mark(user)}\\Desktop\r\n"),
            ("user in passwd", "passwd", f"root:x:0:0::/root:/bin/sh\n{mark(user)}:x:1000:100::/:/bin/sh\n"),
            ("user in key comment", "authorized_keys",
             "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE" + "x7Qm" * 10 + f"ab {mark(user)}@laptop\n"),
            ("user in sudoers", "sudoers", f"{mark(user)} ALL=(ALL) NOPASSWD: ALL\n"),
            ("host", "hosts", f"127.0.0.1 localhost\n10.0.0.5 {mark(host)}\n"),
            ("host in prompt", "session.log", f"[build@{mark(host)} app]$ make\n"),
            ("host in log", "messages", f"Jun  3 10:00:00 {mark(host)} sshd[1]: started\n"),
            ("host full", "known.txt", f"{mark(host)}.{DOMAIN.replace('tigerworks', 'x')} up\n"),
            ("employee id", "ticket.txt", f"requested by {mark(employee)} on Monday\n"),
            ("phone", "signature.txt", f"Call me: {mark(phone)}\n"),
            ("phone together", "card.vcf", f"TEL:{mark(phone.replace(' ', ''))}\n"),
            ("name in base64", "blob.txt", mark(base64.b64encode(
                f"Reviewed-by: {name} on behalf of the team\n".encode()).decode()) + "\n"),
            ("domain", "zone.txt", f"search {host}x.{mark(DOMAIN)}\nnameserver 10.0.0.1\n"),
        ]
        for kind, file, text in rows:
            yield sample("identity", "identity", kind, file, text)
        yield sample("identity", "identity", "name in UTF-16", "owner.txt",
                     f"Owner: {mark(name)}\r\n", "utf-16-le")


NEAR = [
    ("tim in words", "words.txt", "optimus timer timeout optimal sentiment intimate Timbuktu tim3 timelapse\n"),
    ("max in words", "limits.conf", "max_connections=10\nmaximum=5\nclimax maxim MAXPATH maxLength\n"),
    ("ann in words", "notes.txt", "annual announcement planning scanner Annotation cannq annqa\n"),
    ("first name alone", "readme.md", "Zoë and Marit are common names, as are Kenji and Sofía.\n"),
    ("last name part", "cities.txt", "Halvorsenveien, Volkonskystraat, Wiśniewskiego, Raghunathanpuram\n"),
    ("name split", "prose.txt", "Marit met a Mr. Halvorsen-Berg's dog; Priya wrote to someone else entirely.\n"),
    ("host in words", "hosts.txt", "quill-mbpro volk-towers xoslo-build-3 muc-lap-770\n"),
    ("employee id in number", "ids.txt", "XE204417 E2044170 0xE2044181 E20441\n"),
    ("domain like", "dns.txt", "tigerworks-internal.network nottigerworks-internal.net tigerworks.net\n"),
    ("mail like", "mail.txt", "xtim@corp-mail.example.org annqx@corp-mail.exampled someone@example.com\n"),
    ("phone like", "numbers.txt", "order 49 30 901820 4412, serial 4930901820441987, +49 30 901820 4\n"),
    ("user as a key", "conf.yml", "maxx: 3\ntimx: 4\nmhalvorsen2: 5\n"),
    ("home of nobody", "paths.md", "/home/user/src /home/$USER/.config /home/<name>/ ~/Documents /home/nixos/\n"),
    ("home variable", "build.sh", 'cd "$HOME/src" && ls /home/*/.cache "${HOME}/x" /home/username\n'),
    ("home placeholder", "unit.service", "[Service]\nWorkingDirectory=/home/%i\nExecStart=/home/linuxbrew/.linuxbrew/bin/x\n"),
    ("windows home", "paths.ps1", "dir C:\\Users\\Public\\Desktop; dir $env:USERPROFILE; dir C:\\Users\\%USERNAME%\\x; C:\\Users\\Default\\y\r\n"),
    ("documentation MAC", "net.conf", "hw 00:00:00:00:00:00\nbc ff:ff:ff:ff:ff:ff\ndoc 00:00:5E:00:53:0<dig:1>\nkvm 52:54:00:12:34:5<dig:1>\n"),
    ("IPv6", "ip6.txt", "fe80::1 2001:db8::<hex:4>:1 ::ffff:192.0.2.1 ff02::1\n"),
    ("hash with colons", "fp.txt", "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:<HEX:2>:<HEX:2>\n"),
    ("timestamps", "times.log", "2024-06-03T10:00:00.123456Z 1717400<dig:3>123 20240603100000\n"),
    ("versions", "versions.txt", "1.2.3.4 v10.0.19041.<dig:4> 4.18.0-553.el8 2024.06.03 6.1.0-21-amd64\n"),
    ("IBAN bad check", "iban.txt", "DE00 5001 0517 0648 4898 90, GB29ABCD00000000000000, DE45 1234 5678 9012 3456 7<dig:1>\n"),
    ("card bad check", "cards.txt", "4556 7375 8689 9856, 1234567890123456, 378282246310006\n"),
    ("test cards", "payments_test.py", "CARDS = ['4242424242424242', '4111111111111111', '5555555555554444', '378282246310005']\n"),
    ("documentation hosts", "ssh.md", "ssh admin@example.com; ssh user@host.example.org; scp a user@192.0.2.<dig:1>:/tmp\n"),
    ("mail placeholders", "git.md", 'git config user.email "you@example.com"\ngit config user.name "Your Name"\n'),
    ("upstream authors", "AUTHORS", "Linus Torvalds <torvalds@linux-foundation.org>\nJunio C Hamano <gitster@pobox.com>\n"),
    ("copyright", "LICENSE", "Copyright (c) 2009-2024 The Example Authors. Permission is hereby granted, free of charge\n"),
    ("long numbers", "pi.txt", "3.14159265358979323846264338327950288419716939937510\n<dig:40>\n"),
    ("isbn", "books.txt", "ISBN 978-3-16-148410-0, ISSN 2049-3630, EAN 4006381333931\n"),
    ("ranges", "ports.conf", "ports 49152-65535, ids 100000-165535, uid 4294967294\n"),
    ("at signs", "code.py", "@app.route('/x')\n@pytest.fixture\nresult = a @ b\nx = 'user@'\n"),
    ("systemd units", "units.txt", "getty@tty<dig:1>.service user@1000.service wg-quick@wg0.service\n"),
    ("npm scopes", "deps.txt", "@types/node@20.1.<dig:1> left-pad@1.3.0 app@workspace:*\n"),
    ("UNC docs", "unc.md", "\\\\server\\share is a UNC path; \\\\.\\pipe\\docker_engine and \\\\?\\C:\\ are not\n"),
]


def samples():
    yield from positives()
    yield from files("identity", (), NEAR)
