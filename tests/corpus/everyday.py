"""What fills a real image and holds no secret: lock files, minified code, styles, catalogues,
licences, logs. Where a scanner cries wolf."""

from sample import Draw, sample

WORDS = """render update create button header module import export element context handler request
response password token secret session account user login value index option label config default
state event object string number buffer stream window document""".split()


def sentence(draw, count=12):
    return " ".join(draw.choices(WORDS, k=count)).capitalize() + "."


def camel(draw):
    first, *rest = draw.choices(WORDS, k=3)
    return first + "".join(word.title() for word in rest)


def package_lock(draw):
    rows = [f'    "node_modules/{draw.choice(WORDS)}-{i}": {{"version": "{i}.{draw.of("dig", 1)}.0", '
            f'"integrity": "sha512-{draw.base64(64)}"}}' for i in range(12)]
    return '{"lockfileVersion": 3, "packages": {\n' + ",\n".join(rows) + "\n}}\n"


def minified_js(draw):
    parts = [f'function {draw.of("abc", 1)}({draw.of("abc", 1)},t){{var n=t.{camel(draw)};return '
             f'n&&n.{camel(draw)}!=="{draw.choice(WORDS)}"?{draw.of("dig", 3)}:t.{camel(draw)}}}'
             for _ in range(30)]
    return '!function(){"use strict";' + ";".join(parts) + "}();"


def minified_css(draw):
    return "".join(f'.{draw.choice(WORDS)}-{draw.of("hex", 5)}{{color:#{draw.of("hex", 6)};'
                   f'width:{draw.of("dig", 2)}px}}' for _ in range(40))


def webpack_manifest(draw):
    return "{" + ",".join(f'"{camel(draw)}.js":"static/js/{camel(draw)}.{draw.of("hex", 8)}.chunk.js"'
                          for _ in range(20)) + "}"


def catalogue(draw):
    return "".join(f'msgid "{camel(draw)}"\nmsgstr "{sentence(draw, 5)}"\n\n' for _ in range(15))


def locale_json(draw):
    return "{" + ", ".join(f'"{word}_{i}": "{sentence(draw, 4)}"' for i, word in enumerate(WORDS)) + "}"


def nix_closure(draw):
    return "".join(f"/nix/store/{draw.of('0123456789abcdfghijklmnpqrsvwxyz', 32)}-{draw.choice(WORDS)}"
                   f"-{draw.of('dig', 1)}.{draw.of('dig', 2)}\n" for _ in range(20))


def derivation(draw):
    paths = ",".join(f'("/nix/store/{draw.of("0123456789abcdfghijklmnpqrsvwxyz", 32)}-x.drv",["out"])'
                     for _ in range(8))
    return f'Derive([("out","","","")],[{paths}],[],"x86_64-linux","/bin/sh",[],[("name","x")])'


def sums(draw):
    return "".join(f"{draw.of('hex', draw.choice([32, 40, 64, 128]))}  {draw.choice(WORDS)}.tar.gz\n"
                   for _ in range(12))


def access_log(draw):
    return "".join(
        f'10.0.{draw.of("dig", 1)}.1 - - [03/Jun/2024:10:00:00 +0000] "GET /static/{camel(draw)}.'
        f'{draw.of("hex", 10)}.js HTTP/2" 200 {draw.of("dig", 4)} "-" "Mozilla/5.0"\n'
        for _ in range(15))


def journal(draw):
    return "".join(f"Jun 03 10:00:0{draw.of('dig', 1)} host systemd[1]: Started session-"
                   f"{draw.of('dig', 2)}.scope [boot {draw.of('hex', 32)}]\n" for _ in range(12))


def symbols(draw):
    return "".join(f"{draw.of('hex', 16)} T _ZN{draw.of('dig', 1)}{camel(draw)}17h{draw.of('hex', 16)}E\n"
                   for _ in range(20))


def svg(draw):
    points = " ".join(f"{draw.of('dig', 3)}.{draw.of('dig', 2)},{draw.of('dig', 3)}" for _ in range(60))
    return f'<svg viewBox="0 0 24 24"><path d="M{points}z"/><polygon points="{points}"/></svg>'


def licence(draw):
    return ('THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, '
            f"INCLUDING {sentence(draw, 20)} IN NO EVENT SHALL THE AUTHORS BE LIABLE.\n")


def python_code(draw):
    return "".join(f"def {draw.choice(WORDS)}_{draw.choice(WORDS)}(self, {draw.choice(WORDS)}=None):\n"
                   f"    self.{draw.choice(WORDS)} = {draw.choice(WORDS)}.{camel(draw)}\n\n"
                   for _ in range(12))


def c_header(draw):
    return "".join(f"#define {word.upper()}_{draw.choice(WORDS).upper()}_KEY 0x{draw.of('hex', 8)}u\n"
                   f"int {word}_{draw.choice(WORDS)}(const char *token, size_t length);\n"
                   for word in WORDS[:12])


def openapi(draw):
    return "components:\n  securitySchemes:\n    bearer: {type: http, scheme: bearer}\n" + "".join(
        f"  {camel(draw)}:\n    type: string\n    format: password\n    description: {sentence(draw, 6)}\n"
        for _ in range(6))


def uuids(draw):
    return "\n".join(f'{{"id": "{draw.uuid()}", "type": "{draw.choice(WORDS)}"}}' for _ in range(10))


def sbom(draw):
    return "{" + ", ".join(f'"SPDXRef-{draw.of("hex", 16)}": {{"checksum": "SHA256: {draw.of("hex", 64)}"}}'
                           for _ in range(8)) + "}"


def dpkg_status(draw):
    return "".join(f"Package: {word}\nVersion: 1:{draw.of('dig', 1)}.{draw.of('dig', 2)}-2\nConffiles:\n"
                   f" /etc/{word}.conf {draw.of('hex', 32)}\n\n" for word in WORDS[:10])


def man_page(draw):
    return ".TH APP 1\n" + "".join(
        f".TP\n\\fB\\-\\-{draw.choice(WORDS)}\\-{draw.choice(WORDS)}\\fR \\fIPASSWORD\\fR\n{sentence(draw)}\n"
        for _ in range(8))


def schema_json(draw):
    return '{"properties": {' + ", ".join(
        f'"{camel(draw)}Password": {{"type": "string", "description": "{sentence(draw, 5)}"}}'
        for _ in range(8)) + "}}"


def word_list(draw):
    return "\n".join(draw.choice(WORDS) + draw.choice(WORDS) for _ in range(60)) + "\n"


def changelog(draw):
    return "".join(f"* {draw.of('hex', 7)} {sentence(draw, 7)} (#{draw.of('dig', 4)})\n" for _ in range(12))


def udev(draw):
    return "".join(f"usb:v{draw.of('HEX', 4)}p{draw.of('HEX', 4)}*\n ID_MODEL_FROM_DATABASE={draw.choice(WORDS)}\n"
                   for _ in range(12))


def test_fixture(draw):
    return "".join(f'assert login("user{i}", password="{draw.choice(["test", "password", "secret", "wrong"])}")'
                   f" == {draw.choice(['True', 'False'])}\n" for i in range(6))


FILES = [
    ("package-lock.json", package_lock), ("app.min.js", minified_js), ("app.min.css", minified_css),
    ("asset-manifest.json", webpack_manifest), ("messages.po", catalogue), ("en.json", locale_json),
    ("store-paths", nix_closure), ("x.drv", derivation), ("SUMS", sums), ("access.log", access_log),
    ("journal.txt", journal), ("symbols.txt", symbols), ("logo.svg", svg), ("LICENSE.txt", licence),
    ("module.py", python_code), ("api.h", c_header), ("openapi.yaml", openapi), ("ids.jsonl", uuids),
    ("sbom.json", sbom), ("status", dpkg_status), ("app.1", man_page), ("schema.json", schema_json),
    ("words", word_list), ("CHANGELOG.md", changelog), ("20-usb.hwdb", udev),
    ("test_login.py", test_fixture),
]


def samples():
    draw = Draw("everyday")
    for name, make in FILES:
        for _ in range(10):
            yield sample("everyday", "clean", name, name, make(draw))
