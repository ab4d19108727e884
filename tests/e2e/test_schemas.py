"""The JSON Schemas hold for a stock validator too, and the shipped policies and rules fit them.

The library checks documents with a validator of its own (lib/base/schema.c), which knows a subset
of JSON Schema; here Debian's python3-jsonschema says whether the schemas mean what they say.
"""

import json
import os
import pathlib
import unittest

import jsonschema

POLICIES = pathlib.Path(os.environ["ASSAY_SOURCE"]) / "policies"
SCHEMAS = sorted((POLICIES / "schemas").glob("*.schema.json"))
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice among {keys}")
    return dict(pairs)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=refuse_duplicates)


def validator(name):
    return jsonschema.Draft202012Validator(load(POLICIES / "schemas" / f"{name}.schema.json"))


def objects_of(schema, where="#"):
    """Yields every schema below `schema` that describes an object by its properties."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema.get("type", "object"), str):
            yield where, schema
        for key, value in schema.items():
            if key not in ("enum", "const", "default", "examples"):
                yield from objects_of(value, f"{where}/{key}")


class Schemas(unittest.TestCase):
    def test_every_schema_is_a_schema(self):
        self.assertTrue({"policy.schema.json", "report.schema.json"} <= {p.name for p in SCHEMAS})
        for path in SCHEMAS:
            with self.subTest(path.name):
                schema = load(path)
                self.assertEqual(schema["$schema"], DIALECT)
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_no_object_takes_unknown_keys(self):
        for name in ("policy", "report"):
            for where, schema in objects_of(load(POLICIES / "schemas" / f"{name}.schema.json")):
                with self.subTest(f"{name} {where}"):
                    if where.endswith("/properties"):
                        continue
                    self.assertIs(schema.get("additionalProperties"), False)

    def test_references_lead_somewhere(self):
        for path in SCHEMAS:
            schema = load(path)
            text = json.dumps(schema)
            for name in set(part.split('"')[0] for part in text.split('"#/$defs/')[1:]):
                with self.subTest(f"{path.name} {name}"):
                    self.assertIn(name, schema["$defs"])


class Documents(unittest.TestCase):
    def check_all(self, paths, name):
        check = validator(name)
        for path in paths:
            with self.subTest(str(path.relative_to(POLICIES))):
                self.assertEqual([e.message for e in check.iter_errors(load(path))], [])

    def test_policies_fit(self):
        paths = sorted(POLICIES.glob("*.json")) + sorted((POLICIES / "teams").glob("*.json"))
        self.assertGreaterEqual(len(paths), 3)
        self.check_all(paths, "policy")

    def test_rules_fit(self):
        paths = sorted((POLICIES / "rules").glob("*.json"))
        self.check_all(paths, "rules")

    def test_what_does_not_fit_is_refused(self):
        base = load(POLICIES / "base.json")
        check = validator("policy")
        for key, value in (
            ("name", "a b"),
            ("extra", 1),
            ("block", {"secret": "always"}),
            ("rules", {"A": {}}),
            ("identities", [{"kind": "nick", "value": "abc"}]),
            ("waivers", [{"fingerprint": "0" * 32, "by": "a", "reason": "abc"}]),
        ):
            with self.subTest(key):
                self.assertFalse(check.is_valid({**base, key: value}))
        self.assertTrue(check.is_valid(base))


if __name__ == "__main__":
    unittest.main()
