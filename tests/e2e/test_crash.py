"""SIGKILL at any moment: what is taken up is finished or fails cleanly, and nothing that was not
verified can ever be fetched."""

import hashlib
import json
import os
import select
import signal
import sqlite3
import unittest
from pathlib import Path

from harness import CAN_CRASH, FINAL, DaemonTest, tarball

# daemon/build/crash.h: where the builds with sanitizers can be made to die.
STAGES = ("queued", "building", "assembling", "assembled", "auditing", "audited", "signing")
PUBLISHING = ("after-blob", "before-blob", "signed", "after-signature", "after-evidence",
              "verified", "published")


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

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_a_build_that_brings_the_daemon_down_again_and_again_is_given_up(self):
        daemon = self.daemon({"minimal": tarball("minimal")})
        daemon.start(env={"ASSAY_CRASH_AT": "auditing"})
        build = daemon.build("minimal")
        self.assertEqual(daemon.wait_end(), -9)
        for _ in range(4):
            daemon.start(env={"ASSAY_CRASH_AT": "auditing"})
            self.assertEqual(daemon.wait_end(), -9)
        daemon.start(env={"ASSAY_CRASH_AT": "auditing"})
        shown = daemon.wait(build)
        self.assertEqual(shown["failure"]["kind"], "infrastructure")
        self.assertIn("went down", shown["failure"]["message"])
        self.assertEqual(os.listdir(daemon.work / "staging"), [])
        self.assertEqual(daemon.api("GET", "/releases"), [])

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_an_artifact_that_was_half_taken_in_is_made_again(self):
        daemon = self.daemon({"minimal": tarball("minimal")})
        daemon.start(env={"ASSAY_CRASH_AT": "before-blob"})
        build = daemon.build("minimal")
        self.assertEqual(daemon.wait_end(), -9)
        # As after a crash between the two renames of daemon/store/blobs.c.
        staged = daemon.work / "staging" / str(build) / "minimal.wsl"
        staged.rename(daemon.state / "blobs" / "incoming" / ("0" * 64))
        daemon.start()
        shown = daemon.wait(build)
        self.assertEqual((shown["state"], shown["attempt"]), ("published", 2))
        self.check_releases(daemon)
        self.assertEqual(os.listdir(daemon.state / "blobs" / "incoming"), [])

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_a_blob_that_was_put_before_a_crash_is_found_again_or_removed(self):
        for canceled in (False, True):
            daemon = self.daemon({"minimal": tarball("minimal")})
            daemon.start(env={"ASSAY_CRASH_AT": "after-blob"})
            build = daemon.build("minimal")
            self.assertEqual(daemon.wait_end(), -9)
            folder, = (daemon.state / "blobs" / "sha256").glob("??/*")
            if canceled:  # as by hand, or by a request that came just before the crash
                with sqlite3.connect(daemon.state / "assay.db") as database:
                    database.execute("UPDATE builds SET state = 'canceled', lease = ''")
                database.close()
            daemon.start()
            shown = daemon.wait(build)
            if canceled:
                self.assertFalse(folder.exists())
                self.assertIn("never published", daemon.log())
            else:
                self.assertEqual((shown["state"], shown["attempt"]), ("published", 1))

    def test_orderly_restarts_give_up_nothing(self):
        daemon = self.daemon({"slow": tarball("slow")}).start()
        build = daemon.build("slow")
        for attempt in range(1, 8):
            self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
            self.assertEqual(daemon.show(build)["attempt"], attempt)
            daemon.stop()
            daemon.start()
        # Nor is what was lost meanwhile held against it.
        daemon.stop()
        (daemon.work / "gcroots" / str(build)).unlink()
        daemon.start()
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        (daemon.work / "slot-0" / "tmp" / "go").touch()
        shown = daemon.wait(build)
        self.assertEqual(shown["state"], "published", daemon.build_log(build))

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


class Workers(DaemonTest):
    """The processes beside the daemon: one that dies is replaced, or its build fails, and the
    daemon lives."""

    def children(self, daemon, name):
        """The daemon's own processes of a program, by its name."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = entry.read_text()
            except OSError:  # it has ended
                continue
            comm, rest = text.split("(", 1)[1].rsplit(")", 1)
            if rest.split()[1] == str(daemon.process.pid) and comm.startswith(name):
                found.append(int(entry.parent.name))
        return found

    def kill(self, pid):
        """Kills it, and waits until it has ended."""
        handle = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        select.select([handle], [], [])
        os.close(handle)

    def ready(self, daemon):
        status, _, body = daemon.request("GET", "/readyz", token=None)
        self.assertEqual(status, 200 if json.loads(body)["checks"]["signer"] else 503)
        return json.loads(body)["checks"]["signer"]

    def build_until_waiting(self, daemon):
        build = daemon.build("slow")
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        return build

    def finish(self, daemon, build):
        (daemon.work / "slot-0" / "tmp" / "go").touch()
        return daemon.wait(build)

    def test_a_signer_that_was_killed_is_started_again(self):
        daemon = self.daemon({"slow": tarball("slow")}).start()
        build = self.build_until_waiting(daemon)
        before, = self.children(daemon, "assay-sign")
        self.kill(before)
        shown = self.finish(daemon, build)
        self.assertEqual(shown["state"], "published", daemon.build_log(build))
        after, = self.children(daemon, "assay-sign")
        self.assertNotEqual(before, after)
        self.kill(after)
        self.assertTrue(self.ready(daemon))  # the asking has it started again
        self.assertEqual(len(self.children(daemon, "assay-sign")), 1)

    def test_a_signer_that_cannot_be_started_again_publishes_nothing(self):
        daemon = self.daemon({"slow": tarball("slow")}).start()
        public = daemon.request("GET", "/keys/minisign.pub")[2]
        build = self.build_until_waiting(daemon)
        # Another key in the place of the one whose public half is known to the world.
        daemon.key.unlink()
        daemon.run_cli("key", "generate", daemon.folder / "other.key")
        (daemon.folder / "other.key").rename(daemon.key)
        self.kill(self.children(daemon, "assay-sign")[0])
        self.assertFalse(self.ready(daemon))
        shown = self.finish(daemon, build)
        self.assertEqual((shown["state"], shown["failure"]["kind"]), ("failed", "sign"))
        self.assertIn("another key", shown["failure"]["message"])
        self.assertEqual(daemon.api("GET", "/releases"), [])
        self.assertEqual(daemon.request("GET", f"/r/{shown['artifact']['sha256']}/slow.wsl")[0], 404)
        self.assertEqual(daemon.request("GET", "/keys/minisign.pub")[2], public)

    def test_an_audit_that_is_killed_fails_its_build_and_no_other(self):
        daemon = self.daemon({"minimal": tarball("minimal")}).start()
        build = daemon.build("minimal")
        while not (found := self.children(daemon, "assay-audit")):
            self.assertNotIn(daemon.show(build)["state"], FINAL)
        self.kill(found[0])
        shown = daemon.wait(build)
        if shown["state"] == "failed":  # before it had the artifact in its hands
            self.assertEqual(shown["failure"]["kind"], "audit")
            self.assertIn("signal 9", shown["failure"]["message"])
        else:
            self.assertEqual((shown["state"], shown["verdict"]), ("rejected", "incomplete"))
            self.assertIn("signal 9", json.dumps(daemon.api("GET", f"/builds/{build}/report")))
        self.assertEqual(daemon.api("GET", "/releases"), [])
        self.assertEqual(daemon.wait(daemon.build("minimal"))["state"], "published")


if __name__ == "__main__":
    unittest.main()
