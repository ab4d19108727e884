"""SIGKILL at any moment: what is taken up is finished or fails cleanly, and nothing that was not
verified can ever be fetched."""

import hashlib
import os
import unittest

from harness import BIN, FINAL, DaemonTest, tarball

# daemon/build/crash.h: where the builds with sanitizers can be made to die.
STAGES = ("queued", "building", "assembling", "assembled", "auditing", "audited", "signing")
PUBLISHING = ("after-blob", "before-blob", "signed", "after-signature", "after-evidence",
              "verified", "published")
CAN_CRASH = b"ASSAY_CRASH_AT" in (BIN / "assayd").read_bytes()


class Crash(DaemonTest):
    def check_releases(self, daemon):
        """Each release that is shown is whole: its bytes, its signature, its report."""
        for release in daemon.api("GET", "/releases"):
            status, _, data = daemon.request("GET", release["url"])
            self.assertEqual(status, 200)
            self.assertEqual(hashlib.sha256(data).hexdigest(), release["sha256"])
            name = daemon.folder / f"release-{release['id']}"
            name.mkdir(exist_ok=True)
            for ending, kind in ((data, ""), (None, ".minisig"), (None, ".audit.json")):
                if ending is None:
                    status, _, ending = daemon.request("GET", release["url"] + kind)
                    self.assertEqual(status, 200, kind)
                (name / (release["name"] + kind)).write_bytes(ending)
            daemon.run_cli("verify", name / release["name"], "--key", f"{daemon.key}.pub")

    def check_unpublished(self, daemon, build):
        """Not there before it is published: looked at first, the state asked afterwards."""
        artifact = daemon.show(build)["artifact"]
        seen = [daemon.request("GET", "/d/minimal/nightly/minimal.wsl")[0]]
        if artifact:
            path = f"/r/{artifact['sha256']}/{artifact['name']}"
            seen += [daemon.request("GET", path + kind)[0] for kind in ("", ".minisig")]
        if daemon.show(build)["state"] != "published":
            self.assertEqual(set(seen), {404})

    def crash_at(self, place):
        daemon = self.daemon({"minimal": tarball("minimal")})
        daemon.start(env={"ASSAY_CRASH_AT": place})
        build = daemon.build("minimal")
        self.assertEqual(daemon.wait_end(), -9)
        self.assertEqual(daemon.processes(), {})
        daemon.start()
        self.check_releases(daemon)
        shown = daemon.show(build)
        while shown["state"] not in FINAL:
            self.check_unpublished(daemon, build)
            shown = daemon.api("GET", f"/builds/{build}?wait=30&revision={shown['revision']}")
        self.assertEqual(shown["state"], "published", daemon.build_log(build))
        self.assertEqual(len(daemon.api("GET", "/releases")), 1)
        self.check_releases(daemon)
        self.assertEqual(os.listdir(daemon.work / "staging"), [])
        self.assertEqual(os.listdir(daemon.state / "blobs" / "incoming"), [])
        daemon.close()

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_in_every_stage(self):
        for place in STAGES:
            with self.subTest(place):
                self.crash_at(place)

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_in_every_step_of_publishing(self):
        for place in PUBLISHING:
            with self.subTest(place):
                self.crash_at(place)

    def test_the_builders_die_with_the_daemon(self):
        daemon = self.daemon({"script": tarball("slow"), "nix": tarball("slow-build")})
        for target, text in (("script", "slow: waiting"), ("nix", "slow-build: waiting")):
            with self.subTest(target):
                daemon.start()
                build = daemon.build(target)
                self.assertIn(text, daemon.wait_log(build, text))
                before = set(daemon.processes())
                self.assertNotEqual(before, set())
                daemon.kill()
                daemon.start()  # ends what the last one may have left, before it says it is ready
                self.assertEqual(before & set(daemon.processes()), set())
                self.assertEqual(daemon.show(build)["attempt"], 2)
                daemon.api("POST", f"/builds/{build}/cancel")
                self.assertEqual(daemon.wait(build)["state"], "canceled")
                daemon.stop()

    def test_a_staging_folder_that_was_lost_is_made_again(self):
        daemon = self.daemon({"slow": tarball("slow")}).start()
        build = daemon.build("slow")
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        daemon.kill()
        (daemon.work / "gcroots" / str(build)).unlink()
        (daemon.work / "staging" / "999").mkdir()  # of a build that nobody knows
        daemon.start()
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        self.assertIn("building path:", daemon.build_log(build))
        self.assertFalse((daemon.work / "staging" / "999").exists())
        daemon.api("POST", f"/builds/{build}/cancel")
        self.assertEqual(daemon.wait(build)["state"], "canceled")


if __name__ == "__main__":
    unittest.main()
