"""The command line without a server: use, help, keys, verification."""
import json
import re
import stat
import subprocess
import unittest

from cli_harness import CliTest


def commands(help_text):
    section = help_text.split("Commands:\n", 1)[1].split("\n\n", 1)[0]
    return [re.split(r"\s{2,}", line.strip())[0] for line in section.splitlines()]


class Use(CliTest):
    def test_every_command_has_help_with_an_example_of_itself(self):
        listed = commands(self.assay("--help")[0])
        self.assertGreaterEqual(len(listed), 20)
        for command in listed:
            text = self.assay(*command.split(), "--help")[0]
            self.assertIn(f"Usage: assay {command}", text)
            self.assertIn(f"  assay {command}", text.split("Example:", 1)[1])
            self.assertLessEqual(max(map(len, text.splitlines())), 80, text)

    def test_the_columns_of_tables_are_in_the_help(self):
        for command, columns in (("status", "TARGET, LAST BUILD, STATE"), ("targets", "KIND"),
                                 ("builds", "BUILD, TARGET, STATE"), ("releases", "SHA256"),
                                 ("token list", "LAST USED")):
            self.assertIn(columns, self.assay(*command.split(), "--help")[0])

    def test_options_in_the_help_are_the_ones_that_are_taken(self):
        for command in commands(self.assay("--help")[0]):
            text = self.assay(*command.split(), "--help")[0]
            for option, value in re.findall(r"--([a-z-]+)(?: ([A-Z]+))? {2,}", text):
                given = [f"--{option}"] + (["x"] if value else [])
                self.assay(*command.split(), *given, "--help")

    def test_nothing_given_is_wrong_use_and_says_what_there_is(self):
        out, err = self.assay(code=2)
        self.assertEqual(out, "")
        self.assertIn("Commands:", err)

    def test_a_misspelt_command_or_option_gets_a_proposal(self):
        for args, meant in ((["buidl"], "'build'"), (["key", "genrate", "x"], "'key generate'"),
                            (["build", "x", "--wiat"], "--wait"),
                            (["report", "1", "--fromat=json"], "--format")):
            with self.subTest(args=args):
                self.assertIn(f"did you mean {meant}", self.assay(*args, code=2)[1])
        self.assertIn("generate", self.assay("key", code=2)[1])
        self.assertNotIn("mean", self.assay("xylophone", code=2)[1])

    def test_wrong_use_is_2_and_says_what_is_wrong(self):
        for args, said in (
                (["show"], "missing"), (["show", "1", "2"], "too much"), (["show", "x"], "'x'"),
                (["show", "0"], "'0'"), (["build"], "--all"), (["build", "a", "--all"], "both"),
                (["builds", "--limit", "0"], "1 to 500"), (["builds", "--limit"], "COUNT"),
                (["builds", "--json=yes"], "no value"), (["wait", "1", "--timeout", "-3"], "-3"),
                (["policy", "check", "none"], "none"), (["token", "create", "x"], "--role"),
                (["builds", "--server", "ftp://x"], "ftp://x"),
                (["builds", "--token", "a b"], "token"),
                (["builds", "--token-file", "none"], "none")):
            with self.subTest(args=args):
                self.assertIn(said, self.assay(*args, code=2)[1])

    def test_version(self):
        version = self.assay("--version")[0]
        self.assertRegex(version, r"^assay \d+\.\d+\.\d+\n$")
        self.assertEqual(self.assay("version")[0], version)
        self.assertEqual("assay " + json.loads(self.assay("version", "--json")[0])["version"],
                         version.strip())

    def test_no_server_is_5_and_names_the_address_and_the_mend(self):
        for args in (["status"], ["build", "x"], ["show", "1"], ["pull", "x"], ["log", "1"]):
            err = self.assay(*args, code=5)[1]
            self.assertIn("http://127.0.0.1:1", err)
            self.assertIn("assayd", err)

    def test_a_token_that_others_can_read_is_refused(self):
        folder = self.home / ".config/assay"
        folder.mkdir(parents=True)
        (folder / "token").write_text("assay_x\n")
        (folder / "token").chmod(0o644)
        self.assertIn("chmod 600", self.assay("status", code=2)[1])
        self.assay("key", "generate", "k")  # asks no server and needs no token
        (folder / "token").chmod(0o600)
        self.assay("status", code=5)

    def test_a_closed_pipe_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [self.env["PATH"].split(":")[0] + "/assay", "--help"], stdout=full,
                stderr=subprocess.PIPE, env=self.env, check=False)
        self.assertEqual(done.returncode, 5)
        self.assertIn(b"output", done.stderr)


class Keys(CliTest):
    def test_the_stock_minisign_signs_and_verifies_with_a_generated_key(self):
        out = self.assay("key", "generate", "k")[0]
        key_id = re.search(r"key id: ([0-9A-F]{16})", out)[1]
        self.assertEqual(stat.S_IMODE((self.home / "k").stat().st_mode), 0o600)
        self.assertIn((self.home / "k.pub").read_text(), out)
        self.assertNotIn((self.home / "k").read_text().splitlines()[1], out)
        (self.home / "f").write_bytes(b"content")
        subprocess.run(["minisign", "-S", "-s", "k", "-m", "f"], cwd=self.home, check=True,
                       capture_output=True, stdin=subprocess.DEVNULL)
        subprocess.run(["minisign", "-V", "-H", "-p", "k.pub", "-m", "f"], cwd=self.home,
                       check=True, capture_output=True)
        self.assertIn(key_id, self.assay("verify", "f", "--key", "k.pub")[0])
        for half in ("k", "k.pub"):
            self.assertEqual(json.loads(self.assay("key", "show", half, "--json")[0])["key_id"],
                             key_id)

    def test_an_existing_key_is_never_overwritten(self):
        self.assay("key", "generate", "k")
        before = (self.home / "k").read_bytes()
        self.assertIn("not overwritten", self.assay("key", "generate", "k", code=2)[1])
        self.assertEqual((self.home / "k").read_bytes(), before)

    def test_what_is_no_key_is_said_to_be_none(self):
        (self.home / "f").write_bytes(b"\0" * 100)
        self.assertIn("f", self.assay("key", "show", "f", code=2)[1])
        self.assertIn("none", self.assay("key", "show", "none", code=2)[1])


class Verify(CliTest):
    def setUp(self):
        super().setUp()
        self.assay("key", "generate", "k")
        (self.home / "f").write_bytes(b"content")
        self.sha256 = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
        self.sign(f"target:minimal\tversion:7\tsha256:{self.sha256}\tchannel:nightly")

    def sign(self, comment, name="f"):
        subprocess.run(["minisign", "-S", "-s", "k", "-m", name, "-t", comment], cwd=self.home,
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def test_a_sound_file_is_shown_on_one_screen(self):
        out = self.assay("verify", "f", "--key", "k.pub")[0]
        for said in ("f is verified", "minimal", "7", "nightly", self.sha256):
            self.assertIn(said, out)
        self.assertLessEqual(len(out.splitlines()), 24)
        told = json.loads(self.assay("verify", "f", "--key", "k.pub", "--json")[0])
        self.assertEqual((told["verified"], told["target"], told["sha256"]),
                         (True, "minimal", self.sha256))

    def test_what_was_tampered_with_is_7(self):
        for name in ("f", "f.minisig"):
            good = (self.home / name).read_bytes()
            for at in (0 if name == "f" else 70, len(good) - 5):
                bad = bytearray(good)
                bad[at] ^= 1
                (self.home / name).write_bytes(bad)
                with self.subTest(name=name, at=at):
                    out, err = self.assay("verify", "f", "--key", "k.pub", code=7)
                    self.assertEqual(out, "")
                    self.assertIn("NOT verified", err)
            (self.home / name).write_bytes(good)
        self.assay("verify", "f", "--key", "k.pub")

    def test_missing_empty_and_foreign_signatures_are_7(self):
        (self.home / "f.minisig").write_bytes(b"")
        self.assay("verify", "f", "--key", "k.pub", code=7)
        (self.home / "f.minisig").write_bytes(b"\xff" * 20000)
        self.assay("verify", "f", "--key", "k.pub", code=7)
        (self.home / "f.minisig").unlink()
        self.assertIn("missing", self.assay("verify", "f", "--key", "k.pub", code=7)[1])

    def test_a_signature_of_another_digest_or_a_wrong_sum_is_7(self):
        (self.home / "f.sha256").write_text(self.sha256 + "  f\n")
        self.assay("verify", "f", "--key", "k.pub")
        (self.home / "f.sha256").write_text("0" * 64 + "  f\n")
        self.assertIn("f.sha256", self.assay("verify", "f", "--key", "k.pub", code=7)[1])
        (self.home / "f.sha256").unlink()
        self.sign("target:minimal\tversion:7\tsha256:" + "0" * 64)
        self.assertIn("names", self.assay("verify", "f", "--key", "k.pub", code=7)[1])

    def test_the_key_has_to_be_the_right_one(self):
        self.assay("key", "generate", "other")
        self.assay("verify", "f", "--key", "other.pub", code=7)
        self.assertIn("--key", self.assay("verify", "f", code=7)[1])
        keys = self.home / ".config/assay/keys"
        keys.mkdir(parents=True)
        (keys / "a_1.pub").write_bytes(b"no key")
        (keys / "b_2.pub").write_bytes((self.home / "other.pub").read_bytes())
        self.assay("verify", "f", code=7)
        (keys / "c_3.pub").write_bytes((self.home / "k.pub").read_bytes())
        self.assay("verify", "f")

    def test_a_bypass_is_told(self):
        self.sign(f"target:minimal\tversion:7\tsha256:{self.sha256}\tchannel:dev\tbypass")
        self.assertIn("bypassed", self.assay("verify", "f", "--key", "k.pub")[0])

    def test_a_missing_file_and_a_folder_are_wrong_use(self):
        self.assertIn("none", self.assay("verify", "none", "--key", "k.pub", code=2)[1])
        self.assertIn("regular", self.assay("verify", ".", "--key", "k.pub", code=2)[1])


if __name__ == "__main__":
    unittest.main()
