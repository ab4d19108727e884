"""A secret that was committed and deleted, in a .git that was left in an image."""
import json
import os
import random
import subprocess
import unittest
import zlib

from cli_harness import CliTest

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def github_token():
    """As GitHub makes them: the last six characters are a checksum of the thirty before."""
    body = "Lw4UrPzQv8SnYe2KtGb5MdHf3JyCa9"
    number, checksum = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        checksum = ALPHABET[digit] + checksum
    return "ghp_" + body + checksum.rjust(6, "0")


class GitHistory(CliTest):
    def setUp(self):
        super().setUp()
        self.repository = self.home / "root/etc/nixos"
        self.repository.mkdir(parents=True)
        self.env.update(GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="A", GIT_COMMITTER_NAME="A",
                        GIT_AUTHOR_EMAIL="a@example.com", GIT_COMMITTER_EMAIL="a@example.com")
        self.git("init", "-q", "-b", "master")
        self.git("config", "gc.auto", "0")
        lines = [f"option{i} = {random.Random(i).random()};" for i in range(300)]
        secret = self.repository / "hosts/work/secrets.nix"
        secret.parent.mkdir(parents=True)
        for change in ("# first", f'token = "{github_token()}";', "# it is gone"):
            lines[150] = change
            secret.write_text("\n".join(lines))
            self.commit(change[:1])
        self.blob = self.git("rev-parse", "HEAD~1:hosts/work/secrets.nix").strip()
        secret.unlink()
        (self.repository / "configuration.nix").write_text("{ }\n")
        self.commit("last")

    def git(self, *args):
        return subprocess.run(["git", "-C", self.repository, *args], check=True, text=True,
                              env={**os.environ, **self.env}, stdout=subprocess.PIPE).stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def findings(self, code):
        subprocess.run(["tar", "-czf", self.home / "image.wsl", "-C", self.home / "root", "."],
                       check=True)
        report = json.loads(self.assay("scan", "image.wsl", "--format", "json", code=code)[0])
        self.assertNotIn(github_token(), json.dumps(report))
        self.assertEqual(report["coverage"]["unread"], [])
        return [finding for finding in report["findings"] if "github" in finding["rule"]]

    def test_in_a_pack_it_is_found_under_its_path(self):
        self.git("gc", "-q", "--aggressive", "--prune=now")
        where = f".pack!blob/{self.blob}/hosts/work/secrets.nix"
        paths = [finding["path"] for finding in self.findings(1)]
        self.assertEqual(len(paths), 1, paths)
        self.assertTrue(paths[0].startswith("etc/nixos/.git/objects/pack/pack-"), paths)
        self.assertTrue(paths[0].endswith(where), paths)

    def test_in_a_loose_object_it_is_found(self):
        where = f"etc/nixos/.git/objects/{self.blob[:2]}/{self.blob[2:]}!blob"
        self.assertEqual([finding["path"] for finding in self.findings(1)], [where])

    def test_a_history_without_it_is_only_a_history(self):
        self.git("checkout", "-q", "--orphan", "clean")
        self.git("commit", "-q", "-m", "clean")
        self.git("branch", "-q", "-D", "master")
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")
        self.assertEqual(self.findings(1), [])


if __name__ == "__main__":
    unittest.main()
