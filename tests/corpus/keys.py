"""Private keys in every container, beside public ones, certificates and mentions."""

import base64
import json

import keymaker
from sample import Draw, Sample, mark, sample

PLAIN = {
    "rsa-pkcs1": ("server.key", lambda d: keymaker.pem("RSA PRIVATE KEY", keymaker.pkcs1_rsa(d))),
    "rsa-pkcs8": ("privkey.pem", lambda d: keymaker.pem("PRIVATE KEY", keymaker.pkcs8_rsa(d))),
    "ec-sec1": ("ec.key", lambda d: keymaker.pem("EC PRIVATE KEY", keymaker.sec1_ec(d))),
    "ec-pkcs8": ("tls.key", lambda d: keymaker.pem("PRIVATE KEY", keymaker.pkcs8_ec(d))),
    "ed25519-pkcs8": ("ed.pem", lambda d: keymaker.pem("PRIVATE KEY", keymaker.pkcs8_ed25519(d))),
    "pkcs8-encrypted": ("enc.pem", lambda d: keymaker.pem("ENCRYPTED PRIVATE KEY",
                                                          keymaker.pkcs8_encrypted(d))),
    "rsa-encrypted": ("old.key", lambda d: keymaker.pem(
        "RSA PRIVATE KEY", d.randbytes(1192),
        f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{d.of('HEX', 32)}\n\n")),
    "openssh-ed25519": ("id_ed25519", lambda d: keymaker.openssh(d, "ssh-ed25519", "deploy")),
    "openssh-rsa": ("id_rsa", lambda d: keymaker.openssh(d, "ssh-rsa", "build")),
    "openssh-ecdsa": ("id_ecdsa", lambda d: keymaker.openssh(d, "ecdsa-sha2-nistp256", "ci")),
    "openssh-encrypted": ("id_work", lambda d: keymaker.openssh(d, "ssh-ed25519", "", True)),
    "pgp": ("private.asc", lambda d: keymaker.pgp(d, True)),
    "pgp-encrypted": ("backup.asc", lambda d: keymaker.pgp(d, True, True)),
}


def wrapped(draw):
    """The ways in which a PEM key gets into another file."""
    for kind in ("rsa-pkcs8", "ec-sec1", "ed25519-pkcs8", "openssh-ed25519"):
        make = PLAIN[kind][1]
        key = make(draw)
        yield kind + " in JSON", "key.json", '{"key": "' + mark(key.replace("\n", "\\n")) + '"}\n'
        key = make(draw)
        indented = "".join(f"    {line}\n" for line in key.splitlines())
        yield kind + " in YAML", "tls.yaml", "tls:\n  key: |\n" + mark(indented) + "  port: 443\n"
        key = make(draw)
        yield kind + " in .env", ".env", 'KEY="' + mark(key.replace("\n", "\\n")) + '"\nPORT=1\n'
        key = make(draw)
        yield kind + " in Nix", "host.nix", "{\n  key = ''\n" + mark(key) + "  '';\n}\n"
        key = make(draw)
        yield kind + " in Python", "auth.py", 'KEY = """' + mark(key) + '"""\n'
        key = make(draw)
        yield (kind + " in here-document", "setup.sh",
               "cat > /etc/ssl/app.key <<'EOF'\n" + mark(key) + "EOF\nchmod 600 /etc/ssl/app.key\n")
        key = make(draw)
        yield kind + " with CRLF", "win.pem", mark(key.replace("\n", "\r\n"))
        key = make(draw)
        yield (kind + " in Go", "cert.go",
               'var key = []byte("' + mark(key.replace("\n", "\\n")) + '")\n')
        key = make(draw)
        yield (kind + " after its certificate", "bundle.pem",
               keymaker.pem("CERTIFICATE", keymaker.certificate(draw)) + mark(key))
        key = make(draw)
        data = base64.b64encode(key.encode()).decode()
        yield (kind + " in a Kubernetes secret", "tls-secret.yaml",
               "kind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.key: " + mark(data) + "\n")
    for kind in ("ec-pkcs8", "rsa-pkcs1"):
        key = base64.b64encode(PLAIN[kind][1](draw).encode()).decode()
        yield (kind + " in a kubeconfig", "kubeconfig",
               "users:\n- name: admin\n  user:\n    client-key-data: " + mark(key) + "\n")
        key = base64.b64encode(PLAIN[kind][1](draw).encode()).decode()
        yield kind + " in base64", "vars.env", "TLS_KEY_B64=" + mark(key) + "\n"
    for kind in ("rsa-pkcs1", "ec-pkcs8"):
        yield (kind + " in OpenVPN", "client.ovpn",
               "client\ndev tun\nremote vpn.internal 1194\n<key>\n" + mark(PLAIN[kind][1](draw))
               + "</key>\n")


def jwk(draw):
    scalar, point = keymaker.p256(draw)
    def text(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    return json.dumps({"kty": "EC", "crv": "P-256", "kid": draw.of("hex", 16), "x": text(point[1:33]),
                       "y": text(point[33:]), "d": "@S@"}).replace("@S@", mark(text(scalar)))


def others(draw):
    for _ in range(3):
        yield "jwk", "jwk.json", jwk(draw)
        yield ("jwk-oct", "hmac.json",
               '{"kty": "oct", "alg": "HS256", "k": "' + mark(draw.base64url(32)) + '"}')
        yield "putty-2", "work.ppk", mark(keymaker.putty(draw, 2))
        yield "putty-3", "deploy.ppk", mark(keymaker.putty(draw, 3))
        yield "putty-encrypted", "safe.ppk", mark(keymaker.putty(draw, 3, True))
        yield "minisign", "minisign.key", mark(keymaker.minisign_secret(draw))
        yield ("openvpn-static", "ta.key",
               mark("#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n"
                    + "\n".join(draw.of("hex", 32) for _ in range(16))
                    + "\n-----END OpenVPN Static key V1-----\n"))
        yield ("dotnet-xml", "key.xml",
               "<RSAKeyValue><Modulus>" + draw.base64(256) + "</Modulus><Exponent>AQAB</Exponent><D>"
               + mark(draw.base64(256)) + "</D></RSAKeyValue>")
        yield "ssh-com", "id_dsa_2048", mark(keymaker.ssh2(draw))
        yield ("dnssec", "Kexample.+013+12345.private",
               "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: "
               + mark(draw.base64(32)) + "\n")
        yield ("tsig", "rndc.key",
               'key "rndc-key" {\n\talgorithm hmac-sha256;\n\tsecret "' + mark(draw.base64(32))
               + '";\n};\n')


def near(draw):
    for _ in range(4):
        yield "public-rsa", "public.pem", keymaker.pem("PUBLIC KEY", keymaker.public_rsa(draw))
        yield "public-ec", "pub.pem", keymaker.pem("PUBLIC KEY", keymaker.public_ec(draw))
        yield "certificate", "server.crt", keymaker.pem("CERTIFICATE", keymaker.certificate(draw))
        yield "request", "server.csr", keymaker.pem("CERTIFICATE REQUEST", draw.randbytes(420))
        yield "dh-parameters", "dh.pem", keymaker.pem("DH PARAMETERS", draw.randbytes(268))
        yield "ec-parameters", "ecparam.pem", keymaker.pem(
            "EC PARAMETERS", keymaker.oid("1.2.840.10045.3.1.7"))
        yield "ssh-public", "id_ed25519.pub", keymaker.ssh_public(draw, "deploy")
        yield "authorized-keys", "authorized_keys", keymaker.ssh_public(draw, "ci") * 2
        yield ("known-hosts", "known_hosts",
               "git.internal " + keymaker.ssh_public(draw, "").rstrip() + "\n|1|"
               + draw.base64(20) + "|" + draw.base64(20) + " " + keymaker.ssh_public(draw, ""))
        yield "pgp-public", "release.asc", keymaker.pgp(draw, False)
        yield "pgp-signature", "file.asc", keymaker.armor("SIGNATURE", draw.randbytes(119))
        yield "pgp-message", "mail.asc", keymaker.armor("MESSAGE", draw.randbytes(400))
        yield ("minisign-public", "minisign.pub", "untrusted comment: minisign public key\n"
               + base64.b64encode(b"Ed" + draw.randbytes(40)).decode() + "\n")
        yield ("jwk-public", "jwks.json", json.dumps(
            {"keys": [{"kty": "EC", "crv": "P-256", "x": draw.base64url(32),
                       "y": draw.base64url(32), "use": "sig"}]}))
        yield ("wireguard-public", "wg.conf",
               "[Peer]\nPublicKey = " + draw.base64(32) + "\nAllowedIPs = 10.0.0.0/24\n")
        yield ("fingerprint", "hosts.txt", "256 SHA256:" + draw.base64(32).rstrip("=")
               + " deploy (ED25519)\n2048 MD5:" + ":".join(draw.of("hex", 2) for _ in range(16)))
        yield ("certificate-data", "kubeconfig", "clusters:\n- cluster:\n    "
               "certificate-authority-data: " + base64.b64encode(keymaker.pem(
                   "CERTIFICATE", keymaker.certificate(draw)).encode()).decode() + "\n")
    for name, text in (
            ("parse.py", 'if text.startswith("-----BEGIN RSA PRIVATE KEY-----"):\n    kind = "rsa"\n'),
            ("pem.c", 'static const char begin[] = "-----BEGIN PRIVATE KEY-----";\n'
                      'static const char end[] = "-----END PRIVATE KEY-----";\n'),
            ("pem.go", 'if block.Type != "RSA PRIVATE KEY" {\n\treturn errKey\n}\n'),
            ("tls.md", "Paste your key here:\n\n-----BEGIN PRIVATE KEY-----\n...\n"
                       "-----END PRIVATE KEY-----\n"),
            ("values.yaml", "key: |\n  -----BEGIN PRIVATE KEY-----\n  <your key>\n"
                            "  -----END PRIVATE KEY-----\n"),
            ("regex.js", "const KEY = /-----BEGIN (RSA |EC )?PRIVATE KEY-----[\\s\\S]+?-----END/;\n"),
            ("keys.md", "OpenSSH keys begin with `-----BEGIN OPENSSH PRIVATE KEY-----`.\n"),
            ("ssh.config", "Host git.internal\n  IdentityFile ~/.ssh/id_ed25519\n"),
            ("nginx.conf", "ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;\n"),
            ("putty.md", "The file's first line is `PuTTY-User-Key-File-2: ssh-rsa`.\n"),
            ("pgp.md", "gpg --export-secret-keys prints -----BEGIN PGP PRIVATE KEY BLOCK-----\n"),
            ("ovpn.md", "tls-auth ta.key 1\n<key>\n</key>\n"),
            ("jwk.md", '{"kty": "EC", "d": "<private part>", "x": "...", "y": "..."}\n'),
            ("template.key", "-----BEGIN EC PRIVATE KEY-----\n{{ vault_tls_key }}\n"
                             "-----END EC PRIVATE KEY-----\n"),
            ("errors.txt", "error:0909006C:PEM routines:get_name:no start line: PRIVATE KEY\n")):
        yield f"mention in {name}", name, text


def samples():
    draw = Draw("keys")
    for kind, (name, make) in PLAIN.items():
        for _ in range(4):
            yield sample("keys", "secret", kind, name, mark(make(draw)))
    for kind, name, text in wrapped(draw):
        yield sample("keys", "secret", kind, name, text)
    for kind, name, text in others(draw):
        yield sample("keys", "secret", kind, name, text)
    for kind, name, make in (("jks", "keystore.jks", keymaker.jks),
                             ("pkcs12", "client.p12", keymaker.pkcs12),
                             ("der-pkcs8", "key.der", keymaker.pkcs8_rsa),
                             ("der-pkcs1", "rsa.der", keymaker.pkcs1_rsa)):
        for _ in range(3):
            data = make(draw)
            yield Sample("keys", "secret", kind, name, data, (0, len(data)))
    for kind, name, text in near(draw):
        yield sample("keys", "clean", kind, name, text)
