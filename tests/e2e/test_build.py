"""Builds by a real nix: from the flake to the release, and what a build may see and leave behind."""

import hashlib
import json
import os
import unittest

from harness import DaemonTest, builder, image, scripted, tarball


class Publishing(DaemonTest):
    def test_a_tarball_becomes_a_release(self):
        daemon = self.daemon({"minimal": tarball("minimal")}).start()
        build = daemon.build("minimal")
        shown = daemon.wait(build)
        self.assertEqual(shown["state"], "published", daemon.build_log(build))
        self.assertEqual(shown["verdict"], "pass")
        self.assertEqual(shown["attempt"], 1)
        release = daemon.api("GET", f"/releases/{shown['release']}")
        self.assertEqual(release["channels"], ["nightly"])
        self.assertEqual(release["version"], shown["version"])
        self.assertIsNone(release["bypass"])

        status, _, data = daemon.request("GET", release["url"])
        self.assertEqual(status, 200)
        self.assertEqual(hashlib.sha256(data).hexdigest(), shown["artifact"]["sha256"])
        (daemon.folder / "minimal.wsl").write_bytes(data)
        for kind in ("minisig", "sha256", "audit.json", "sarif"):
            status, _, evidence = daemon.request("GET", f"{release['url']}.{kind}")
            self.assertEqual(status, 200, kind)
            (daemon.folder / f"minimal.wsl.{kind}").write_bytes(evidence)
        report = json.loads((daemon.folder / "minimal.wsl.audit.json").read_text())
        self.assertEqual(report["verdict"], "pass")
        self.assertEqual(report["artifact"]["sha256"], shown["artifact"]["sha256"])
        sarif = json.loads((daemon.folder / "minimal.wsl.sarif").read_text())
        self.assertEqual(sarif["runs"][0]["artifacts"][0]["hashes"]["sha-256"],
                         shown["artifact"]["sha256"])
        sums = (daemon.folder / "minimal.wsl.sha256").read_text()
        self.assertEqual(sums, f"{shown['artifact']['sha256']}  minimal.wsl\n")
        daemon.run_cli("verify", "minimal.wsl", "--key", f"{daemon.key}.pub")

        # The log tells the whole way, and nothing of the work is left.
        log = daemon.build_log(build)
        for text in ("building path:", "[NixOS-WSL] Installing...", "SHA-256", "verdict",
                     "published as release"):
            self.assertIn(text, log)
        self.assertEqual(os.listdir(daemon.work / "staging"), [])
        self.assertEqual(os.listdir(daemon.work / "gcroots"), [])
        self.assertEqual(os.listdir(daemon.work / "slot-0" / "tmp"), [])
        self.assertEqual(os.listdir(daemon.state / "blobs" / "incoming"), [])

    def test_the_same_image_twice_is_one_release(self):
        daemon = self.daemon({"disk": image("dev-raw"), "other": image("dev-raw")}).start()
        first, second = (daemon.wait(daemon.build("disk")) for _ in range(2))
        self.assertEqual(first["state"], "published", daemon.build_log(first["id"]))
        self.assertEqual(second["state"], "published", daemon.build_log(second["id"]))
        self.assertEqual(first["artifact"]["name"], "disk.img")
        self.assertEqual(first["artifact"], second["artifact"])
        self.assertEqual(first["release"], second["release"])
        self.assertEqual(len(daemon.api("GET", "/releases")), 1)

        # The same bytes as another target: a release with evidence of its own.
        other = daemon.wait(daemon.build("other"))
        self.assertEqual(other["artifact"]["sha256"], first["artifact"]["sha256"])
        self.assertNotEqual(other["release"], first["release"])
        for shown in (first, other):
            release = daemon.api("GET", f"/releases/{shown['release']}")
            status, _, signature = daemon.request("GET", release["url"] + ".minisig")
            self.assertEqual(status, 200)
            self.assertIn(f"target:{shown['target']}\tversion:{shown['version']}\t",
                          signature.decode())

    def test_what_is_rejected_is_not_published_but_by_a_bypass_on_dev(self):
        daemon = self.daemon({"leaky": tarball("leaky")}).start()
        rejected = daemon.wait(daemon.build("leaky"))
        self.assertEqual(rejected["state"], "rejected", daemon.build_log(rejected["id"]))
        self.assertEqual(rejected["verdict"], "reject")
        self.assertIsNone(rejected["release"])
        self.assertEqual(daemon.api("GET", "/releases"), [])
        status, _, _ = daemon.request("GET", f"/r/{rejected['artifact']['sha256']}/leaky.wsl")
        self.assertEqual(status, 404)
        self.assertFalse(list((daemon.state / "blobs" / "sha256").iterdir()))

        passed = daemon.wait(daemon.build("leaky", bypass="a test of the bypass"))
        self.assertEqual(passed["state"], "published", daemon.build_log(passed["id"]))
        release = daemon.api("GET", f"/releases/{passed['release']}")
        self.assertEqual(release["channels"], ["dev"])
        self.assertEqual(release["bypass"], "a test of the bypass")
        _, _, report = daemon.request("GET", release["url"] + ".audit.json")
        self.assertEqual(json.loads(report)["bypass"],
                         {"reason": "a test of the bypass", "by": "tests"})
        status, _, _ = daemon.request("GET", "/d/leaky/nightly/leaky.wsl")
        self.assertEqual(status, 404)


class Surroundings(DaemonTest):
    """What a tarball builder finds around it. Its image is an empty file or none, which is no
    matter here: the log is what is looked at."""

    def run_script(self, body, expect="failed", **config):
        daemon = self.daemon(**config)
        daemon.config["targets"]["it"] = scripted(daemon.folder / "flake", body)
        daemon.start(env={"ASSAY_TEST_SECRET": "hunter2", "GIT_AUTHOR_NAME": "Jo Doe"})
        shown = daemon.wait(daemon.build("it"))
        self.assertEqual(shown["state"], expect)
        return daemon, shown, daemon.build_log(shown["id"])

    def test_the_environment_is_scrubbed(self):
        daemon, _, log = self.run_script(
            'env | sed "s/^/env: /"; ls -A "$HOME" "$TMPDIR" | sed "s/^/ls: /"; pwd; umask; '
            'readlink /proc/self/fd/0; exit 1')
        found = dict(line[5:].split("=", 1) for line in log.splitlines()
                     if line.startswith("env: "))
        for name in ("PWD", "SHLVL", "_", "OLDPWD"):  # bash's own
            found.pop(name, None)
        self.assertEqual(sorted(found), ["HOME", "LANG", "PATH", "TMPDIR"])
        self.assertEqual(found["TMPDIR"], f"{daemon.work}/slot-0/tmp")
        self.assertIn("/dev/null", log)
        self.assertIn("0022", log)
        self.assertIn(f"{daemon.work}/staging/1", log)
        self.assertNotIn("hunter2", log)

    @unittest.skipUnless(os.geteuid() == 0, "isolation needs root")
    def test_state_and_key_are_out_of_reach(self):
        daemon = self.daemon()
        body = (f'ls -A "{daemon.state}" | sed "s/^/saw: /"; wc -c < "{daemon.key}" | '
                'sed "s/^/key: /"; ls -d /proc/[0-9]* | wc -l | sed "s/^/processes: /"; exit 1')
        daemon.config["targets"]["it"] = scripted(daemon.folder / "flake", body)
        daemon.start()
        log = daemon.build_log(daemon.wait(daemon.build("it"))["id"])
        self.assertNotIn("saw: ", log)
        self.assertIn("key: 0\n", log)
        count = [line for line in log.splitlines() if line.startswith("processes: ")]
        self.assertLess(int(count[0].split()[1]), 10)

    def test_nothing_outlives_the_build(self):
        daemon, _, _ = self.run_script('(sleep 600 & setsid sleep 601 &) ; exit 1')
        self.assertEqual(daemon.processes(), {})

    def test_a_result_that_is_no_file_is_refused(self):
        for body in ('ln -s /etc/passwd "$1"', 'mkdir "$1"', 'mkfifo "$1"'):
            with self.subTest(body):
                _, shown, _ = self.run_script(body)
                self.assertEqual(shown["failure"]["kind"], "build")
                self.assertIn("not a regular file", shown["failure"]["message"])

    def test_what_a_builder_prints_reaches_no_terminal(self):
        _, shown, log = self.run_script("printf '\\033]0;owned\\007\\033[31mred\\xff\\n'; exit 1")
        self.assertIn("red\ufffd", log)
        self.assertNotIn("\033", log)
        self.assertNotIn("\007", log)
        self.assertIn("exit status 1", shown["failure"]["message"])

    def test_silence_ends_a_build(self):
        _, shown, _ = self.run_script("echo begin; sleep 600", timeouts={"silence_seconds": 1})
        self.assertEqual(shown["failure"]["kind"], "infrastructure")
        self.assertIn("said nothing for 1 seconds", shown["failure"]["message"])

    def test_time_ends_a_build(self):
        daemon, shown, _ = self.run_script("while :; do echo on; sleep 0.1; done",
                                           timeouts={"assemble_seconds": 1})
        self.assertEqual(shown["failure"]["kind"], "build")
        self.assertIn("longer than 1 seconds", shown["failure"]["message"])
        self.assertEqual(daemon.processes(), {})


class Ending(DaemonTest):
    def test_cancel_ends_the_whole_group(self):
        daemon = self.daemon({"nix": tarball("slow-build"), "script": tarball("slow")}).start()
        for target, text in (("nix", "slow-build: waiting"), ("script", "slow: waiting")):
            with self.subTest(target):
                build = daemon.build(target)
                self.assertIn(text, daemon.wait_log(build, text))
                self.assertNotEqual(daemon.processes(), {})
                daemon.api("POST", f"/builds/{build}/cancel")
                shown = daemon.wait(build)
                self.assertEqual(shown["state"], "canceled")
                # An orderly stop waits for the slot, which waits for its processes.
                daemon.stop()
                self.assertEqual(daemon.processes(), {})
                daemon.start()

    def test_a_build_that_was_stopped_is_taken_up(self):
        daemon = self.daemon({"slow": tarball("slow")}).start()
        build = daemon.build("slow")
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        daemon.stop()
        self.assertEqual(daemon.processes(), {})
        daemon.start()
        shown = daemon.wait(build, "assembling")
        self.assertEqual((shown["state"], shown["attempt"]), ("assembling", 2))
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        (daemon.work / "slot-0" / "tmp" / "go").touch()
        shown = daemon.wait(build)
        self.assertEqual(shown["state"], "published", daemon.build_log(build))

    def test_builds_run_side_by_side(self):
        daemon = self.daemon({"slow": tarball("slow")}, concurrency=2).start()
        builds = [daemon.build("slow") for _ in range(3)]
        for build in builds[:2]:
            self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        self.assertEqual(daemon.show(builds[2])["state"], "queued")
        for build in builds:
            daemon.api("POST", f"/builds/{build}/cancel")
            self.assertEqual(daemon.wait(build)["state"], "canceled")


class Attributes(DaemonTest):
    def test_an_attribute_of_the_wrong_kind_says_so(self):
        daemon = self.daemon({
            "tar": {**image("dev-raw"), "kind": "tarball"},
            "disk": {**tarball("minimal"), "attribute": builder("minimal") + ".drvPath",
                     "kind": "image"},
        }).start()
        shown = daemon.wait(daemon.build("tar"))
        self.assertEqual(shown["failure"]["kind"], "build")
        self.assertIn("nixos-wsl-tarball-builder", shown["failure"]["message"])
        shown = daemon.wait(daemon.build("disk"))
        self.assertEqual((shown["state"], shown["failure"]["kind"]), ("failed", "build"))


if __name__ == "__main__":
    unittest.main()
