"""What has the shape of personal data: numbers with their check digits, addresses of network cards,
folders and servers that carry names. All of them are invented."""

from sample import Draw, mark, sample
from vendors import files

VENDORS = ["3c:7c:3f", "d8:bb:c1", "f4:39:09", "a4:bb:6d", "00:1b:21", "b8:27:eb", "84:a9:3e"]
NAMES = ["ottilie", "mhalvorsen", "j.koestler", "praghu", "wisniewski", "kmorisaki", "asmith"]


def iban(draw):
    """ISO 13616: the check digits make the number 1 modulo 97."""
    country, form = draw.choice([("DE", "<dig:18>"), ("GB", "NWBK<dig:14>"), ("NL", "INGB<dig:10>"),
                                 ("FR", "<dig:23>"), ("AT", "<dig:16>"), ("ES", "<dig:20>")])
    account = draw.fill(form)
    digits = "".join(str(int(c, 36)) for c in account + country + "00")
    text = f"{country}{98 - int(digits) % 97:02}{account}"
    if draw.random() < 0.5:
        text = " ".join(text[i:i + 4] for i in range(0, len(text), 4))
    return text


def card(draw):
    """Luhn's check digit, ISO/IEC 7812-1."""
    body = draw.choice(["4", "51", "55"])
    body += draw.of("dig", 15 - len(body))
    total = sum(sum(divmod(int(c) * (2 if i % 2 == 0 else 1), 10)) for i, c in enumerate(body))
    text = body + str(-total % 10)
    joint = draw.choice(["", " ", "-"])
    return joint.join(text[i:i + 4] for i in range(0, 16, 4))


def phone(draw):
    return draw.choice(["+49 30 ", "+49 171 ", "+44 20 7", "+1 212 73", "+33 6 42 ", "+46 70 ",
                        "+81 90 "]) + draw.of("23456789", 3) + " " + draw.of("dig", 4)


def mac(draw):
    return draw.choice(VENDORS) + "".join(":" + draw.of("hex", 2) for _ in range(3))


def sid(draw):
    return "S-1-5-21-" + "-".join(draw.of("23456789", 9) for _ in range(3)) + "-1001"


def name(draw):
    return draw.choice(NAMES) + draw.of("23456789", 2)


FORMS = [
    ("phone", phone, "contact.txt", "Questions? Call {} or come by.\n"),
    ("phone in JSON", phone, "profile.json", '{{"name": "ops", "phone": "{}"}}\n'),
    ("iban", iban, "invoice.txt", "Please pay to IBAN {} within 14 days.\n"),
    ("iban in YAML", iban, "billing.yml", "billing:\n  iban: {}\n  bic: unknown\n"),
    ("card", card, "order.json", '{{"card_number": "{}", "expires": "12/29"}}\n'),
    ("card in log", card, "pos.log", "INFO charge visa {} amount=12.00\n"),
    ("mac", mac, "ip-link.txt", "2: eth0: <UP> mtu 1500\n    link/ether {} brd ff:ff:ff:ff:ff:ff\n"),
    ("mac in udev", mac, "70-net.rules", 'SUBSYSTEM=="net", ATTR{{address}}=="{}", NAME="lan0"\n'),
    ("mac in NetworkManager", mac, "lan.nmconnection", "[ethernet]\nmac-address={}\n"),
    ("sid", sid, "acl.txt", "owner {} (full control)\n"),
    ("home", name, "compile.log", "cc -I/home/{}/src/app -c main.c\n"),
    ("home in desktop file", name, "app.desktop", "[Desktop Entry]\nExec=/home/{}/bin/app\n"),
    ("Windows home", name, "paths.txt", "C:\\Users\\{}\\AppData\\Local\\Temp\\x.log\n"),
    ("home in WSL", name, "profile.sh", "export PATH=$PATH:/mnt/c/Users/{}/bin\n"),
    ("home of macOS", name, "build.txt", "DWARF: /Users/{}/work/app.c\n"),
    ("server", lambda draw: f"FS-{draw.of('ABC', 3)}{draw.of('dig', 2)}", "map.cmd",
     "net use Z: \\\\{}\\projects\r\n"),
]

NEAR = [
    ("timezones", "mail.eml", "Date: Mon, 12 Mar 2026 10:00:0<dig:1> +0200\nDate: Tue, 13 Mar 2026 11:00:00 +0000\n"),
    ("versions", "about.txt", "Build 10.0.22631.<dig:4> (+19 1234567), 1.2.840.113549.1.1.<dig:2>\n"),
    ("sums", "calc.txt", "x +1 234 567 + 49 171 = +<dig:3>\n"),
    ("iban wrong", "iban.md", "IBAN DE00 3704 0044 0532 0130 0<dig:1> is no IBAN\n"),
    ("card wrong", "cards.md", "card 4111 1111 1111 111<dig:1>0 has too many digits\n"),
    ("order numbers", "orders.csv", "order,tracking\n<dig:10>,1Z<up:16>\n"),
    ("virtual cards", "libvirt.xml", "<mac address='52:54:00:<hex:2>:12:34'/>\n"),
    ("bridges", "net.txt", "link/ether 02:42:ac:11:00:0<dig:1> brd ff:ff:ff:ff:ff:ff\n"),
    ("well-known SIDs", "acl.txt", "S-1-5-18 S-1-5-32-544 S-1-1-0 S-1-5-1<dig:1>\n"),
    ("homes of nobody", "docs.md", "/home/user<dig:1>/x /home/nixos/.config /home/$USER /home/%u /home/runner/work\n"),
    ("home in URL", "links.md", "https://site.example/home/products<dig:1>/index.html\n"),
    ("Windows folders", "paths.txt", "C:\\Users\\Public\\x C:\\Users\\Default\\y C:\\Windows\\System3<dig:1>\n"),
    ("UNC docs", "unc.md", "\\\\server\\share \\\\?\\C:\\x \\\\.\\pipe\\docker_engine<dig:1>\n"),
    ("LaTeX", "table.tex", "a & b \\\\ \\hline\nc & <dig:2> \\\\\\hline\n"),
    ("device ids", "usb.txt", "ID 046d:c5<hex:2> Logitech; UUID <uuid>; 00:1f.<dig:1> ISA bridge\n"),
    ("fingerprint", "known.txt", "MD5:3c:7c:3f:a1:b2:c3:d4:e5:f6:<hex:2>:18:29:3a:4b:5c:6d\n"),
]


def samples():
    draw = Draw("personal")
    for kind, make, file, form in FORMS:
        for _ in range(5):
            yield sample("personal", "identity", kind, file, form.format(mark(make(draw))))
    yield from files("personal", (), NEAR)
