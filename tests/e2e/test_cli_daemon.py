"""The command line against a real assayd: tokens and roles, builds that fail, logs, cancelling."""
import json
import unittest

import cli_harness
import harness

FLAKE = """{
  outputs = _: let
    make = name: script: derivation {
      inherit name;
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-c" script ];
    };
  in {
    packages.x86_64-linux = {
      broken = make "broken" "echo the-build-said-this; exit 3";
      endless = make "endless" "echo it-has-begun; while :; do /bin/sleep 1; done";
    };
  };
}
"""


class RealDaemon(cli_harness.CliTest):
    @classmethod
    def setUpClass(cls):
        cls.daemon = harness.Daemon()
        cls.addClassCleanup(cls.daemon.close)
        flake = cls.daemon.folder / "flake"
        flake.mkdir()
        (flake / "flake.nix").write_text(FLAKE)
        for name in ("broken", "endless"):
            cls.daemon.config["targets"][name] = {
                "flake": f"path:{flake}", "attribute": f"packages.x86_64-linux.{name}",
                "kind": "image"}
        cls.daemon.config["read"] = "token"
        cls.daemon.start()

    def setUp(self):
        super().setUp()
        self.env["ASSAY_SERVER"] = self.daemon.url
        self.env["ASSAY_TOKEN"] = self.daemon.token

    def test_tokens_are_made_listed_and_revoked_and_roles_hold(self):
        out, err = self.assay("token", "create", "ci", "--role", "read")
        token = out.strip()
        self.assertRegex(token, r"^assay_[A-Za-z0-9_-]{43}$")
        self.assertIn("once", err)
        self.assertIn("ci\tread\t", self.assay("token", "list")[0])
        self.assertNotIn(token, self.assay("token", "list", "--json")[0])
        self.assay("targets", ASSAY_TOKEN=token)
        for args in (["build", "broken"], ["token", "list"], ["cancel", "1"]):
            self.assertIn("role", self.assay(*args, code=6, ASSAY_TOKEN=token)[1])
        self.assertIn("ci", self.assay("token", "create", "ci", "--role", "read", code=2)[1])
        self.assay("token", "create", "x", "--role", "emperor", code=2)
        self.assay("token", "revoke", "ci")
        self.assay("targets", code=6, ASSAY_TOKEN=token)
        self.assay("token", "revoke", "ci", code=2)

    def test_without_a_token_it_is_6_and_says_how_to_give_one(self):
        del self.env["ASSAY_TOKEN"]
        for args in (["status"], ["build", "broken"], ["log", "1"]):
            self.assertIn("--token-file", self.assay(*args, code=6)[1])
        self.assay("status", code=6, ASSAY_TOKEN="assay_wrong")

    def test_targets_and_status(self):
        self.assertEqual([line.split("\t")[:3] for line in self.assay("targets")[0].splitlines()],
                         [["broken", "image", "base"], ["endless", "image", "base"]])
        self.assertEqual(len(self.assay("status")[0].splitlines()), 2)
        self.assertIn(b"LAST BUILD", self.on_terminal("status")[1])
        self.assertEqual([target["name"] for target in
                          json.loads(self.assay("status", "--json")[0])], ["broken", "endless"])

    def test_what_is_not_there_is_2_with_the_servers_words(self):
        self.assertIn("broken, endless", self.assay("build", "nope", code=2)[1])
        for args in (["show", "99999"], ["log", "99999"], ["report", "99999"], ["wait", "99999"],
                     ["cancel", "99999"], ["retry", "99999"], ["builds", "--state", "odd"],
                     ["pull", "broken"], ["pull", "nope@stable"]):
            with self.subTest(args=args):
                self.assay(*args, code=2)
        self.assertEqual(self.assay("releases")[0], "")

    def test_a_build_that_fails_is_4_and_its_log_is_kept(self):
        out, err = self.assay("build", "broken", "--wait", code=4)
        number = out.split()[1]
        self.assertIn("failed (build)", out)
        self.assertIn(f"assay log {number}", out)
        self.assertIn(f"build {number} (broken): queued\n", err)
        self.assertIn(f"build {number} (broken): failed\n", err)
        for args in (["log", number], ["log", number, "-f"]):
            self.assertIn("the-build-said-this", self.assay(*args)[0])
        shown = self.assay("show", number)[0]
        self.assertIn("failed", shown)
        self.assertIn(f"assay log {number}", shown)
        self.assertIn(f"assay log {number}", self.assay("report", number, code=2)[1])
        self.assay("wait", number, code=4)
        self.assertIn(f"{number}\tbroken\tfailed", self.assay("builds", "-t", "broken")[0])
        self.assay("cancel", number, code=2)
        again = json.loads(self.assay("retry", number, "--json")[0])["id"]
        self.assertGreater(again, int(number))
        self.assay("wait", again, code=4)

    def test_a_build_is_waited_for_followed_and_canceled(self):
        out, _ = self.assay("build", "endless", "--json")
        number = json.loads(out)[0]["id"]
        self.daemon.wait_log(number, "it-has-begun")
        self.assertIn("still", self.assay("wait", number, "--timeout", "0", code=8)[1])
        self.assertIn("it-has-begun", self.assay("log", number)[0])
        self.assertIn("canceled", self.assay("cancel", number)[0])
        self.assertIn("canceled", self.assay("wait", number, code=4)[0])
        self.assay("cancel", number, code=2)


if __name__ == "__main__":
    unittest.main()
