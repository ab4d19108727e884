"""`assay policy`: what a policy comes to, which layer says so, and whether its rules hold."""
import json
import unittest

from cli_harness import CliTest, SOURCE

TEAM = str(SOURCE / "policies" / "teams" / "tiger-team.json")


class CliPolicy(CliTest):
    def put(self, name, **members):
        path = self.home / name
        path.write_text(json.dumps({"schema": "assay.policy/1", "name": name, **members}))
        return str(path)

    def test_show_tells_which_layer_each_line_came_from(self):
        out = self.assay("policy", "show", TEAM)[0]
        rows = [line.split("\t") for line in out.splitlines()]
        self.assertIn(["hygiene", "medium", "base"], rows)
        self.assertIn(["hygiene.resolv-conf", "medium", "tiger-team", "-", "-"], rows)
        self.assertIn(["hostname", "tiger-build-07", "high", "tiger-team"], rows)
        self.assertIn(["name", "Ottilie Brandvold", "high", "enterprise"], rows)
        locks = [row for row in rows if row[0].startswith("generic.*")]
        self.assertEqual([row[1:] for row in locks], [["low", "enterprise"]])

    def test_show_as_json_has_every_rule(self):
        policy = json.loads(self.assay("policy", "show", "--json")[0])
        self.assertEqual(policy["name"], "base")
        self.assertEqual(policy["sources"]["block"]["secret"], "base")
        self.assertGreater(len(policy["rules"]), 400)

    def test_the_examples_of_all_rules_hold(self):
        result = json.loads(self.assay("policy", "test", "--json")[0])
        self.assertEqual(result["wrong"], [])
        self.assertGreaterEqual(result["examples"], 4 * result["rules"])

    def test_an_example_that_does_not_hold_is_told(self):
        rule = {"id": "ours.token", "severity": "high", "title": "T", "message": "M", "help": "H",
                "pattern": "tok_[0-9]{8}", "match": ["tok_48210937", "tok_0000"],
                "nomatch": ["tok_73910428", "b"]}
        (self.home / "ours.json").write_text(json.dumps(
            {"schema": "assay.rules/1", "family": "ours", "rules": [rule]}))
        out, err = self.assay("policy", "test", self.put("p.json", rule_files=["ours.json"]),
                              code=1)[:2]
        self.assertIn('ours.token: example 2 of "match" is not found', out)
        self.assertIn('ours.token: example 1 of "nomatch" is found', out)
        self.assertIn("2 of ", err)

    def test_a_waiver_needs_a_fingerprint_or_rule_and_path(self):
        waiver = {"by": "ops", "reason": "known", "expires": "2027-01-31"}
        for more, code in (({}, 2), ({"rule": "generic.*"}, 2),
                           ({"rule": "generic.*", "path": "/srv/*"}, 0),
                           ({"fingerprint": "0" * 32}, 0)):
            with self.subTest(more=more):
                err = self.assay("policy", "check",
                                 self.put("p.json", waivers=[{**waiver, **more}]), code=code)[1]
                if code:
                    self.assertIn("waivers[0]", err)
                    self.assertIn('either "fingerprint" or both "rule" and "path"', err)


if __name__ == "__main__":
    unittest.main()
