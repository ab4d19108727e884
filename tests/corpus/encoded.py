"""Secrets in another encoding than the file's own text, and encoded text without one."""

import base64
import gzip
import json
import textwrap
import urllib.parse

import keymaker
from sample import CLOSE, OPEN, Draw, Sample, mark, sample
from services import discord


def plaintexts(draw):
    """Files whose secret tells itself, each with the secret marked."""
    github, stripe = draw.crc62("ghp_", 30), draw.fill("sk_live_<b62:24>")
    yield "github", f"[remote]\nname = origin\ntoken = {mark(github)}\n"
    yield "stripe", f'{{"env": "prod", "stripe": "{mark(stripe)}"}}\n'
    yield "slack", f"SLACK_BOT_TOKEN={mark(draw.fill('xoxb-<dig:12>-<dig:13>-<b62:24>'))}\n"
    yield "aws", ("[default]\naws_access_key_id = " + draw.fill("AKIA<b32:16>")
                  + "\naws_secret_access_key = " + mark(draw.fill("<b64:40>")) + "\n")
    yield "postgres", f"DATABASE_URL=postgres://app:{mark(draw.of('b62', 18))}@db.internal/app\n"
    yield "key", mark(keymaker.pem("PRIVATE KEY", keymaker.pkcs8_ec(draw)))
    yield "discord", f"DISCORD_TOKEN={mark(discord(draw))}\n"
    yield "gitlab", f"export GITLAB_TOKEN={mark(draw.fill('glpat-<url:20>'))}\n"


def bare(text):
    return text.replace(OPEN, "").replace(CLOSE, "")


def wholly(encode):
    """An encoding of the whole file: the secret is somewhere in it."""
    return lambda text: mark(encode(bare(text).encode()))


def wrapped(data, width=76):
    return "\n".join(textwrap.wrap(base64.b64encode(data).decode(), width))


TEXTS = {
    "base64": (wholly(lambda d: base64.b64encode(d).decode()), "blob.b64", "@S@\n"),
    "base64 wrapped": (wholly(wrapped), "mime.txt",
                       "Content-Transfer-Encoding: base64\n\n@S@\n\n"),
    "base64url": (wholly(lambda d: base64.urlsafe_b64encode(d).decode()), "state.txt", "s=@S@\n"),
    "base64 twice": (wholly(lambda d: base64.b64encode(base64.b64encode(d)).decode()),
                     "twice.yaml", "data:\n  blob: @S@\n"),
    "base64 of gzip": (wholly(lambda d: base64.b64encode(gzip.compress(d, mtime=0)).decode()),
                       "helm.yaml", "data:\n  release: @S@\n"),
    "hex": (wholly(bytes.hex), "dump.hex", "@S@\n"),
    "percent": (wholly(lambda d: urllib.parse.quote(d, safe="")), "query.log", "GET /s?c=@S@ 200\n"),
    "JSON in JSON": (lambda t: t.replace('"', '\\"').replace("\n", "\\n"), "event.json",
                     '{"config": "@S@", "ok": true}\n'),
    "user data": (wholly(lambda d: base64.b64encode(
        b"#cloud-config\nwrite_files:\n- path: /etc/app.env\n  content: |\n    "
        + d.replace(b"\n", b"\n    ") + b"\n").decode()), "instance.json", '{"UserData": "@S@"}\n'),
}


def positives(draw):
    for kind, (encode, name, around) in TEXTS.items():
        for _ in range(2):
            for what, text in plaintexts(draw):
                whole = around.replace("@S@", encode(text))
                yield sample("encoded", "secret", f"{what} in {kind}", name, whole)
    for _ in range(2):
        for what, text in plaintexts(draw):
            for codec in ("utf-16-le", "utf-16-be"):
                yield sample("encoded", "secret", f"{what} in {codec}", "export.txt", text, codec)
            data = gzip.compress(bare(text).encode(), mtime=0)
            yield Sample("encoded", "secret", f"{what} in gzip", "app.log.1.gz", data, (0, len(data)))
            before, after = draw.randbytes(700), draw.randbytes(300)
            data = bare(text).encode()
            yield Sample("encoded", "secret", f"{what} in a binary", "core.1234",
                         before + b"\0" + data + b"\0" + after,
                         (701, 701 + len(data)))


def near(draw):
    words = "the quick brown fox jumps over the lazy dog and settles down to rest".split()
    for index in range(6):
        text = " ".join(draw.choices(words, k=80)).encode()
        picture = keymaker.png(draw)
        url = base64.b64encode(picture).decode()
        yield "base64 of prose", "prose.b64", wrapped(text)
        yield "picture in CSS", "icons.css", ".i%d{background:url(data:image/png;base64,%s)}\n" % (index, url)
        yield "picture in HTML", "mail.html", f'<img alt="" src="data:image/png;base64,{url}">\n'
        yield "font in CSS", "font.css", "@font-face{src:url(data:font/woff2;base64,d09GMgABAAAAA%s)}" % draw.of("b64", 900)
        yield "notebook output", "plot.ipynb", json.dumps({"outputs": [{"data": {"image/png": url}}]})
        yield "hex dump", "dump.txt", "\n".join(
            f"{offset:08x}  " + " ".join(draw.of("hex", 2) for _ in range(16)) + "  |................|"
            for offset in range(0, 160, 16))
        yield "C array", "firmware.h", "static const unsigned char fw[] = {\n" + "\n".join(
            "  " + " ".join(f"0x{draw.of('hex', 2)}," for _ in range(12)) for _ in range(20)) + "\n};\n"
        yield "source map", "app.js.map", json.dumps(
            {"version": 3, "sources": ["app.ts"], "mappings": ";".join(
                ",".join(draw.of("b64", 4) for _ in range(9)) for _ in range(40))})
        yield "attachment", "mail.eml", ("Content-Type: application/pdf\nContent-Transfer-Encoding: "
                                         "base64\n\n" + wrapped(b"%PDF-1.4\n" + draw.randbytes(900)))
        yield "percent-encoded form", "form.log", "POST /search?q=%s&lang=de\n" % urllib.parse.quote(
            " ".join(draw.choices(words, k=12)))
        yield "Kubernetes config map", "cm.yaml", ("kind: ConfigMap\nbinaryData:\n  logo.png: " + url + "\n")
        yield "Kubernetes secret without a secret", "secret.yaml", (
            "kind: Secret\ndata:\n  username: " + base64.b64encode(b"svc-portal").decode()
            + "\n  host: " + base64.b64encode(b"db.internal").decode() + "\n")
        yield "wasm", "mod.wat", '(data (i32.const 8) "' + "".join(
            "\\" + draw.of("hex", 2) for _ in range(120)) + '")\n'
        yield "unicode escapes", "fr.properties", "msg=Mot de passe oubli\\u00e9\\u00a0? (%d)\n" % index


def samples():
    yield from positives(Draw("encoded"))
    for kind, name, text in near(Draw("encoded near misses")):
        yield sample("encoded", "clean", kind, name, text)
    draw = Draw("pictures")
    for index in range(8):
        yield Sample("encoded", "clean", "picture", f"logo{index}.png", keymaker.png(draw, 40), None)
        words = "password token secret key value of the user who signs in".split()
        data = gzip.compress(" ".join(draw.choices(words, k=200)).encode(), mtime=0)
        yield Sample("encoded", "clean", "gzip of prose", "NEWS.gz", data, None)
        text = "<resources><string name='password'>Passwort</string></resources>"
        yield sample("encoded", "clean", "UTF-16 strings", f"strings{index}.xml", text, "utf-16-le")
