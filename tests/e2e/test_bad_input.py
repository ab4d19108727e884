"""Input that is wrong: each gets an error that names the mend, and nothing is lost by it."""

import os
import shutil
import socket
import subprocess
import unittest

from harness import BIN, CAN_CRASH, START_SECONDS, DaemonTest, image, scripted, tarball


class Targets(DaemonTest):
    """Targets that cannot be built: the daemon goes on, the log is kept and shown."""

    def test_each_failure_says_what_and_why(self):
        rows = {
            # target: (kind of failure, in its message, in its log)
            "broken-eval": ("build", "wsl.defaultUser", "error: broken-eval"),
            "broken-build": ("build", "failed with exit code 1", "compiler says no"),
            "broken-script": ("build", "exit status 1", "no space left on device"),
            "silent-script": ("build", "wrote nothing", "running /nix/store"),
        }
        daemon = self.daemon({name: tarball(name) for name in rows}).start()
        for name, (kind, message, logged) in rows.items():
            with self.subTest(name):
                build = daemon.build(name)
                shown = daemon.wait(build)
                self.assertEqual(shown["state"], "failed")
                self.assertEqual(shown["failure"]["kind"], kind)
                self.assertIn(message, shown["failure"]["message"])
                self.assertIn(logged, daemon.build_log(build))
                self.assertIsNone(shown["release"])
        self.assertEqual(daemon.api("GET", "/releases"), [])
        # Logs are kept over a restart.
        daemon.stop()
        daemon.start()
        self.assertIn("compiler says no", daemon.build_log(2))

    def test_what_is_no_image_is_never_published(self):
        names = ("truncated", "empty", "not-archive")
        daemon = self.daemon({name: tarball(name) for name in names})
        # A whole archive, but for some bytes in its middle.
        daemon.config["targets"]["corrupt"] = scripted(
            daemon.folder / "flake",
            'tar -C /usr/share -cz doc/bash 2>/dev/null > "$1" || true\n'
            'printf XXXXXXXX | dd of="$1" bs=1 seek=400 conv=notrunc status=none')
        daemon.start()
        for name in (*names, "corrupt"):
            with self.subTest(name):
                build = daemon.build(name)
                shown = daemon.wait(build)
                self.assertEqual(shown["state"], "rejected", daemon.build_log(build))
                self.assertIn(shown["verdict"], ("reject", "incomplete"))
                status, _, report = daemon.request("GET", f"/api/v1/builds/{build}/report")
                self.assertEqual(status, 200)
                self.assertIn(b"unaudited", report)
                sha256 = shown["artifact"]["sha256"]
                status, _, _ = daemon.request("GET", f"/r/{sha256}/{name}.wsl")
                self.assertEqual(status, 404)
        self.assertEqual(daemon.api("GET", "/releases"), [])

    def test_a_nix_that_is_missing(self):
        daemon = self.daemon({"minimal": tarball("minimal")}, nix={"program": "/nowhere/nix"})
        daemon.start()
        shown = daemon.wait(daemon.build("minimal"))
        self.assertEqual(shown["failure"]["kind"], "build" if os.geteuid() == 0 else
                         "infrastructure")
        self.assertIn("/nowhere/nix", shown["failure"]["message"] + daemon.build_log(1))


class Starting(DaemonTest):
    def fails(self, daemon, code, *texts, args=()):
        daemon.write_config()
        done = daemon.run(*args)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)

    def test_an_unknown_key(self):
        daemon = self.daemon({"minimal": tarball("minimal")}, concurency=2)
        self.fails(daemon, 2, str(daemon.config_file), "concurency", "did you mean 'concurrency'")
        self.fails(daemon, 2, "concurency", args=["--check"])

    def test_a_good_configuration_is_said_to_be_good(self):
        daemon = self.daemon({"minimal": tarball("minimal")})
        daemon.write_config()
        done = daemon.run("--check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(daemon.state.exists())

    def test_wrong_use(self):
        daemon = self.daemon()
        for args in (["--frobnicate"], ["extra"]):
            self.fails(daemon, 2, "Usage: assayd", args=args)
        self.fails(daemon, 2, "NAME:ROLE", args=["--create-token", "ci"])
        self.fails(daemon, 2, "NAME:ROLE", args=["--create-token", "ci:king"])

    def test_a_configuration_that_is_not_there(self):
        daemon = self.daemon()
        daemon.write_config()
        daemon.config_file.unlink()
        done = daemon.run()
        self.assertEqual(done.returncode, 2)
        self.assertIn(str(daemon.config_file), done.stderr)

    def test_a_missing_key_file(self):
        daemon = self.daemon()
        daemon.key.unlink()
        self.fails(daemon, 5, "signing_key", f"assay key generate {daemon.key}")

    def test_a_key_file_that_others_can_read(self):
        daemon = self.daemon()
        daemon.key.chmod(0o644)
        self.fails(daemon, 5, "signing_key", str(daemon.key))

    def test_a_key_file_that_is_none(self):
        daemon = self.daemon()
        daemon.key.write_text("no key\n")
        self.fails(daemon, 5, "signing_key", str(daemon.key))

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            daemon = self.daemon(listen=address)
            self.fails(daemon, 5, address, '"listen"')

    def test_a_second_daemon_on_the_same_state(self):
        daemon = self.daemon().start()
        self.fails(daemon, 5, "another assayd", str(daemon.state))
        self.assertEqual(daemon.request("GET", "/healthz")[0], 200)

    def test_a_database_that_is_none(self):
        daemon = self.daemon()
        daemon.state.mkdir()
        (daemon.state / "assay.db").write_text("this is not a database, as anybody can see\n" * 99)
        self.fails(daemon, 5, f"{daemon.state}/assay.db")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_tarballs_without_root(self):
        daemon = self.daemon({"minimal": tarball("minimal")})
        daemon.write_config()
        # The programs may lie where others cannot reach them.
        for name in ("assayd", "assay-sign", "assay-audit"):
            shutil.copy(BIN / name, daemon.folder / name)
        for path in (daemon.folder, *daemon.folder.iterdir()):
            os.chown(path, 65534, 65534)
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
             daemon.folder / "assayd", "--config", daemon.config_file],
            capture_output=True, text=True, timeout=START_SECONDS, check=False)
        self.assertEqual(done.returncode, 5, done.stderr)
        for text in ("tarball_runner", "unshare", "sudo", "systemd-run"):
            self.assertIn(text, done.stderr)


class Tokens(DaemonTest):
    def test_writing_needs_a_token_that_is_right(self):
        daemon = self.daemon({"minimal": tarball("broken-eval")}).start()
        reader = daemon.create_token("reader", "read")
        revoked = daemon.create_token("revoked", "admin")
        daemon.api("DELETE", "/tokens/revoked")
        wrong = daemon.token[:-1] + ("a" if daemon.token[-1] != "a" else "b")
        for token, expected in ((None, 401), (wrong, 401), ("nonsense", 401), (revoked, 401),
                                (reader, 403), (daemon.token, 202)):
            with self.subTest(token):
                status, headers, body = daemon.request(
                    "POST", "/api/v1/builds", {"target": "minimal"}, token=token)
                self.assertEqual(status, expected, body)
                if status != 202:
                    self.assertEqual(headers["Content-Type"], "application/problem+json")
        self.assertEqual(len(daemon.api("GET", "/builds")), 1)


@unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
class FullDisk(DaemonTest):
    """state_dir on a tmpfs that is too small; work_dir elsewhere."""

    def small(self, size, targets):
        daemon = self.daemon(targets)
        daemon.state.mkdir()
        self.mount(daemon, f"size={size}")
        self.addCleanup(subprocess.run, ["umount", "-l", daemon.state], check=False)
        return daemon

    def mount(self, daemon, options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", daemon.state], check=True)

    def test_while_publishing(self):
        daemon = self.small("16m", {"disk": image("dev-raw")}).start()
        shown = daemon.wait(daemon.build("disk"))
        self.assertEqual(shown["state"], "failed", daemon.build_log(1))
        self.assertEqual(shown["failure"]["kind"], "infrastructure")
        self.assertIn("make room on the disk of state_dir", shown["failure"]["message"])
        self.assertEqual(os.listdir(daemon.state / "blobs" / "incoming"), [])
        self.assertEqual(os.listdir(daemon.work / "staging"), [])
        self.assertEqual(daemon.api("GET", "/releases"), [])
        status, _, _ = daemon.request("GET", f"/r/{shown['artifact']['sha256']}/disk.img")
        self.assertEqual(status, 404)
        # With room, all is well again; nobody had to start anything anew.
        self.mount_again(daemon, "400m")
        shown = daemon.wait(daemon.build("disk"))
        self.assertEqual(shown["state"], "published", daemon.build_log(2))

    def mount_again(self, daemon, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", daemon.state], check=True)

    @unittest.skipUnless(CAN_CRASH, "this assayd was built without the places to die at")
    def test_at_each_step_of_publishing(self):
        """Room for N further files, as a file system without inodes is full as well: N decides
        which step fails. What has failed can never be fetched, and with room all goes well."""
        daemon = self.small("400m", {"minimal": tarball("minimal")})
        ends = set()
        for room in range(6):
            self.limit_files(daemon, None)
            daemon.start(env={"ASSAY_CRASH_AT": "before-blob"})
            build = daemon.build("minimal")
            self.assertEqual(daemon.wait_end(), -9)
            self.limit_files(daemon, room)
            try:
                daemon.start()
            except AssertionError as error:
                self.assertIn("No space left", str(error))
                ends.add("start")
                self.limit_files(daemon, None)
                daemon.start()
            shown = daemon.wait(build)
            ends.add(shown["state"])
            with self.subTest(room=room):
                if shown["state"] == "failed":
                    self.assertEqual(shown["failure"]["kind"], "infrastructure")
                    self.assertIn("No space left", shown["failure"]["message"])
                    self.check_hidden(daemon, shown["artifact"])
                    self.check_gone(daemon, shown["artifact"]["sha256"])
                self.check_whole(daemon)
            daemon.stop()
        self.assertEqual(ends, {"start", "failed", "published"})

    def limit_files(self, daemon, room):
        """Lets `room` further files be made; None: as many as one likes."""
        stat = os.statvfs(daemon.state)
        count = 100000 if room is None else stat.f_files - stat.f_ffree + room
        subprocess.run(["mount", "-o", f"remount,nr_inodes={count}", daemon.state], check=True)

    def check_hidden(self, daemon, artifact):
        for kind in ("", ".minisig", ".audit.json", ".sha256"):
            path = f"/r/{artifact['sha256']}/{artifact['name']}{kind}"
            self.assertEqual(daemon.request("GET", path)[0], 404, kind)

    def check_gone(self, daemon, sha256):
        """What was not published takes no room."""
        if sha256 not in [release["sha256"] for release in daemon.api("GET", "/releases")]:
            self.assertFalse((daemon.state / "blobs" / "sha256" / sha256[:2] / sha256).exists())

    def check_whole(self, daemon):
        """All that is published has all of its evidence."""
        for release in daemon.api("GET", "/releases"):
            for kind in ("", ".minisig", ".audit.json", ".sha256"):
                self.assertEqual(daemon.request("GET", release["url"] + kind)[0], 200, kind)

    def test_to_the_last_byte_while_building(self):
        daemon = self.small("8m", {"slow": tarball("slow")}).start()
        build = daemon.build("slow")
        self.assertIn("slow: waiting", daemon.wait_log(build, "slow: waiting"))
        filler = daemon.state / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError as error:
                self.assertEqual(error.errno, 28)
        status, _, body = daemon.request("POST", "/api/v1/builds", {"target": "slow"})
        if status != 202:  # the log of the database may have had room for one more
            self.assertGreaterEqual(status, 500, body)
        self.assertEqual(daemon.request("GET", "/healthz")[0], 200)
        (daemon.work / "slot-0" / "tmp" / "go").touch()
        self.wait_assembled(daemon)
        self.assertEqual(daemon.request("GET", "/healthz")[0], 200)
        filler.unlink()
        shown = daemon.wait(build)
        self.assertIn(shown["state"], ("failed", "published"))
        if shown["state"] == "failed":
            self.assertEqual(shown["failure"]["kind"], "infrastructure")
        self.assertEqual(daemon.show(build)["state"], shown["state"])

    def wait_assembled(self, daemon):
        """Until the build's processes are gone: its stage is over, and must be written down."""
        while any("tarball-builder" in command for command in daemon.processes().values()):
            daemon.request("GET", "/api/v1/builds/1?wait=1")


if __name__ == "__main__":
    unittest.main()
