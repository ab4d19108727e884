"""Samples of a family that is a table of a provider's tokens: each in some contexts, and beside
each the ways in which people mention it without giving it away."""

from contexts import BARE, NAMED, Turn, secret_in, value_in
from sample import Draw, sample

NAMED_EACH = 5  # contexts of a token that has a name
BARE_EACH = 2   # and of one that tells itself

# What stands where a secret would: read from elsewhere, to be filled in, encrypted, left out.
PLACEHOLDERS = [
    "your-@kebab@-here", "YOUR_@NAME@", "<@kebab@>", "<your token here>", "changeme", "CHANGE_ME",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "********************************", "REDACTED", "[redacted]",
    "replace-me", "TODO", "insert_@name@_here", "example", "dummy", "fake-@kebab@", "not-a-real-key",
    "${@NAME@}", "$@NAME@", "%@NAME@%", "{{ @name@ }}", "{{ vault_@name@ }}", "{{ .Values.@camel@ }}",
    "${{ secrets.@NAME@ }}", "#{@NAME@}#", "__@NAME@__", "$(cat /run/secrets/@name@)",
    "/run/secrets/@name@", "file:///run/secrets/@name@", "op://Infra/@kebab@/credential",
    "vault:secret/data/app#@name@", "ssm:/prod/@kebab@", "sops:@name@", "null", "none", "",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:@kebab@-AbCdEf",
    "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=]",
    "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/@kebab@)",
    "00000000000000000000000000000000", "1234567890", "abc123", "test", "secret", "password",
]

# Lines of code and prose that name a secret and do not hold it.
MENTIONS = [
    ("env.py", "import os\n\ntoken = os.environ['@NAME@']\n"),
    ("env2.py", "TOKEN = os.getenv(\"@NAME@\", \"\")\n"),
    ("env.js", "const token = process.env.@NAME@;\nif (!token) throw new Error('@NAME@ is not set');\n"),
    ("env.go", "key := os.Getenv(\"@NAME@\")\nif key == \"\" {\n\tlog.Fatal(\"@NAME@ must be set\")\n}\n"),
    ("env.rs", "let key = std::env::var(\"@NAME@\").expect(\"@NAME@\");\n"),
    ("Env.java", "String key = System.getenv(\"@NAME@\");\n"),
    ("Env.cs", "var key = Environment.GetEnvironmentVariable(\"@NAME@\");\n"),
    ("env.rb", "key = ENV.fetch('@NAME@')\n"),
    ("env.php", "<?php $key = getenv('@NAME@') ?: env('@NAME@');\n"),
    ("run.sh", ": \"${@NAME@:?set @NAME@ first}\"\ncurl -H \"Authorization: Bearer $@NAME@\" \"$URL\"\n"),
    ("read.sh", "@NAME@=$(pass show infra/@kebab@)\nexport @NAME@\nread -rs -p '@NAME@: ' @NAME@\n"),
    ("vault.tf", "data \"vault_generic_secret\" \"app\" {}\n@name@ = data.vault_generic_secret.app.data[\"@name@\"]\n"),
    ("variables.tf", "variable \"@name@\" {\n  type      = string\n  sensitive = true\n}\n"),
    ("pod.yaml", "env:\n- name: @NAME@\n  valueFrom:\n    secretKeyRef:\n      name: app\n      key: @kebab@\n"),
    ("module.nix", "services.app.@camel@File = config.sops.secrets.@name@.path;\n"),
    ("option.nix", "@camel@File = lib.mkOption {\n  type = lib.types.path;\n  description = \"File that holds @NAME@\";\n};\n"),
    ("agenix.nix", "age.secrets.@kebab@.file = ../secrets/@kebab@.age;\n"),
    ("unit.service", "[Service]\nLoadCredential=@kebab@:/etc/credstore/@kebab@\nEnvironmentFile=-/run/keys/@kebab@\n"),
    ("README.md", "| variable | meaning | default |\n|---|---|---|\n| `@NAME@` | the key of the service | none |\n"),
    ("help.txt", "  --@kebab@ VALUE   key to log in with (or set @NAME@)\n"),
    ("schema.json", "{\"@camel@\": {\"type\": \"string\", \"description\": \"The @kebab@\", \"minLength\": 20}}\n"),
    ("model.sql", "ALTER TABLE accounts ADD COLUMN @name@ varchar(255) NOT NULL DEFAULT '';\n"),
    ("form.tsx", "<Input name=\"@camel@\" type=\"password\" placeholder=\"Enter your key\" onChange={onChange} />\n"),
    ("en.json", "{\"label.@name@\": \"API key\", \"error.@name@\": \"This key is invalid or has expired.\"}\n"),
    ("test_env.py", "monkeypatch.delenv('@NAME@', raising=False)\nassert '@NAME@' not in os.environ\n"),
    ("Dockerfile", "RUN --mount=type=secret,id=@name@ ./build.sh\nENV @NAME@=\n"),
    ("workflow.yml", "    env:\n      @NAME@: ${{ secrets.@NAME@ }}\n"),
    ("log.txt", "WARN @NAME@ is not set, requests will not be authenticated\n"),
]


def positives(family, rows):
    draw = Draw(f"{family} positives")
    named, bare = Turn(draw, NAMED), Turn(draw, BARE)
    for kind, name, make in rows:
        tells_itself = not kind.startswith("~")
        contexts = [named.take() for _ in range(NAMED_EACH)]
        contexts += [bare.take() for _ in range(BARE_EACH)] if tells_itself else []
        for context in contexts:
            secret = make(draw) if callable(make) else draw.fill(make)
            file, text = secret_in(draw, context, name, secret)
            yield sample(family, "secret", f"{kind.strip('~')} in {context[0]}", file, text)


def near_misses(family, rows):
    """Per token: two placeholders, two mentions, and the token's own form with nothing in it."""
    draw = Draw(f"{family} near misses")
    named, bare = Turn(draw, NAMED), Turn(draw, BARE)
    placeholders, mentions = Turn(draw, PLACEHOLDERS), Turn(draw, MENTIONS)
    for kind, name, make in rows:
        kind = kind.strip("~")
        for _ in range(2):
            context, form = named.take(), placeholders.take()
            # A name in a placeholder is written in the file's own way.
            file, text = value_in(draw, context, name, value_in(draw, ("", "", form), name, "")[1])
            yield sample(family, "clean", f"{kind}: {form or 'empty'} in {context[0]}", file, text)
            file, form = mentions.take()
            yield sample(family, "clean", f"{kind}: read in {file}", file,
                         value_in(draw, ("", "", form), name, "")[1])
        if not callable(make) and "<" in make:
            blank = draw.fill(make, one=draw.choice("xX*.0"))
            context = draw.choice((named, bare)).take()
            file, text = value_in(draw, context, name, blank)
            yield sample(family, "clean", f"{kind}: blank in {context[0]}", file, text)


def files(name, rows, near=()):
    """Samples of whole files: forms with \\1 and \\2 around the secret, each drawn three times."""
    draw = Draw(f"{name} files")
    for kind, file, form in rows:
        for _ in range(3):
            yield sample(name, "secret", kind, file, draw.fill(form))
    for kind, file, form in near:
        for _ in range(2 if "<" in form else 1):
            yield sample(name, "clean", kind, file, draw.fill(form))


def family(name, rows, whole=(), near=()):
    """All samples of a family that is made of tables alone."""
    yield from positives(name, rows)
    yield from near_misses(name, rows)
    yield from files(name, whole, near)
