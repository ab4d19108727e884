"""A real assayd with a state of its own on a free port, for the end-to-end tests."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

BIN = Path(os.environ["ASSAY_BIN"])
SOURCE = Path(os.environ["ASSAY_SOURCE"])
FLAKE = f"path:{SOURCE}/tests/flake"
# Whether this assayd has the places of daemon/build/crash.h, at which it can be made to die.
CAN_CRASH = b"ASSAY_CRASH_AT" in (BIN / "assayd").read_bytes()
FINAL = ("published", "rejected", "failed", "canceled")
START_SECONDS = 120  # what is waited for at most; no test asserts how long a thing took
WAIT_SECONDS = 300


def builder(host):
    """The attribute of a tarball builder of tests/flake."""
    return f"nixosConfigurations.{host}.config.system.build.tarballBuilder"


def tarball(host, **more):
    return {"flake": FLAKE, "attribute": builder(host), "kind": "tarball", **more}


def image(name, **more):
    return {"flake": FLAKE, "attribute": f"packages.x86_64-linux.{name}", "kind": "image", **more}


def scripted(folder, body):
    """A target whose tarball builder is the bash script `body`; $1 is the output. Its flake is made
    in `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    (folder / "script").write_text("#!/bin/bash\nset -eu\n" + body + "\n")
    (folder / "flake.nix").write_text("""{
      outputs = { self }: {
        builder = derivation {
          name = "scripted";
          system = "x86_64-linux";
          builder = "/bin/sh";
          args = [ "-c" "PATH=/usr/bin:/bin; mkdir -p $out/bin; install -m 755 ${./script} $out/bin/nixos-wsl-tarball-builder" ];
        };
      };
    }""")
    return {"flake": f"path:{folder}", "attribute": "builder", "kind": "tarball"}


# The compiled rules of earlier daemons of this program, and the key that they are kept under: they
# take seconds to make under the sanitizers.
KEPT = Path(tempfile.mkdtemp(prefix="assay-kept-"))
atexit.register(shutil.rmtree, KEPT, ignore_errors=True)


class Daemon:
    """`config` is changed by the test before start(): a dict as in config.schema.json. `program` is
    the command that assayd is started by."""

    program = (BIN / "assayd",)

    def __init__(self, targets=None, **config):
        self.folder = Path(tempfile.mkdtemp(prefix="assay-e2e-"))
        self.key = self.folder / "minisign.key"
        self.config_file = self.folder / "assayd.json"
        self.log_file = self.folder / "assayd.log"
        self.config = {
            "state_dir": str(self.folder / "state"),
            "work_dir": str(self.folder / "work"),
            "listen": "127.0.0.1:0",
            "signing_key": str(self.key),
            "read": "public",
            "nix": {"options": {"substituters": "", "sandbox": "false", "build-users-group": ""}},
            "targets": targets or {},
            **config,
        }
        self.process = None
        self.url = None
        self.token = None
        self.run_cli("key", "generate", str(self.key))

    @property
    def state(self):
        return Path(self.config["state_dir"])

    @property
    def work(self):
        return Path(self.config["work_dir"])

    def write_config(self):
        self.config_file.write_text(json.dumps(self.config, indent=2))

    def run(self, *args, env=None):
        """Runs assayd to its end: for --check, --create-token and starts that must fail."""
        return subprocess.run(
            [*self.program, "--config", self.config_file, *args], capture_output=True, text=True,
            env={**os.environ, **(env or {})}, timeout=START_SECONDS, check=False)

    def create_token(self, name, role):
        done = self.run("--create-token", f"{name}:{role}")
        if done.returncode != 0:
            raise AssertionError(f"--create-token: {done.stderr}")
        return done.stdout.strip()

    def borrow(self):
        """Gives a new daemon the rules that an earlier one has compiled."""
        if self.state.exists() or self.program != (BIN / "assayd",) or not any(
                KEPT.glob("rules-*")):
            return
        for folder in (self.state, self.state / "cache"):
            folder.mkdir(mode=0o700)
        shutil.copy(KEPT / "fingerprint.key", self.state)
        for target in self.config["targets"]:
            (self.state / "cache" / target).mkdir(mode=0o700)
            for rules in KEPT.glob("rules-*"):
                shutil.copy(rules, self.state / "cache" / target)

    def lend(self):
        """Keeps its key where it is the first, and the rules that were compiled under it."""
        key, kept = self.state / "fingerprint.key", KEPT / "fingerprint.key"
        if not key.exists():
            return
        if not kept.exists():
            shutil.copy(key, kept)
        if key.read_bytes() != kept.read_bytes():
            return
        for rules in self.state.glob("cache/*/rules-*"):
            if not (KEPT / rules.name).exists():
                shutil.copy(rules, KEPT)

    def start(self, env=None):
        """Starts it and waits until it listens. The admin's token is made the first time."""
        self.write_config()
        self.borrow()
        if not self.token:
            self.token = self.create_token("tests", "admin")
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [*self.program, "--config", self.config_file], stdout=subprocess.PIPE, stderr=log,
                text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()  # said when it is ready; "" when it has ended
        if "listening on http" not in line:
            self.wait_end()
            raise AssertionError(f"assayd did not start: {line}{self.log()}")
        self.url = line.split()[-1]
        return self

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def end(self, how):
        """Ends it by a signal, by its process id, and gives its exit status."""
        self.process.send_signal(how)
        return self.wait_end()

    def wait_end(self):
        status = self.process.wait(timeout=WAIT_SECONDS)
        self.process.stdout.close()
        self.process = None
        return status

    def stop(self):
        """An orderly stop; raises when the daemon did not end well."""
        if self.process:
            status = self.end(signal.SIGTERM)
            if status != 0 or "Sanitizer" in self.log() or "runtime error" in self.log():
                raise AssertionError(f"assayd ended with {status}: {self.log()}")

    def kill(self):
        return self.end(signal.SIGKILL)

    def close(self):
        try:
            self.stop()
        finally:
            if self.process:
                self.kill()
            self.lend()
            shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self):
        """The command lines of processes, but assayd's own, that work in the daemon's folder."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes()
                where = os.readlink(entry / "cwd")
            except OSError:  # it has ended
                continue
            if (str(self.work).encode() in command or where.startswith(str(self.work))) and command:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    # ---- the API ----

    def request(self, method, path, body=None, token=True, headers=None):
        """Returns the status, the headers and the bytes of the answer."""
        token = self.token if token is True else token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers=dict(headers or {}))
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def api(self, method, path, body=None, **more):
        """A request under /api/v1 that must succeed; returns the JSON."""
        status, _, data = self.request(method, "/api/v1" + path, body, **more)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {data!r}")
        return json.loads(data) if data else None

    def build(self, target, **more):
        """Starts a build and returns its id."""
        return self.api("POST", "/builds", {"target": target, **more})["id"]

    def show(self, build):
        return self.api("GET", f"/builds/{build}")

    def wait(self, build, *states):
        """Long-polls until the build is in one of `states` (or has ended); returns it."""
        shown = self.show(build)
        while shown["state"] not in states and shown["state"] not in FINAL:
            shown = self.api("GET", f"/builds/{build}?wait=30&revision={shown['revision']}")
        return shown

    def wait_log(self, build, text):
        """Waits until the build's log holds `text`, or the build has ended; returns the log."""
        while True:
            shown = self.show(build)
            log = self.build_log(build)
            if text in log or shown["state"] in FINAL:
                return log
            self.api("GET", f"/builds/{build}?wait=1&revision={shown['revision']}")

    def build_log(self, build):
        status, _, data = self.request("GET", f"/api/v1/builds/{build}/log")
        return data.decode(errors="replace") if status == 200 else ""

    # ---- the command line ----

    def run_cli(self, *args, token=True, code=0, **env):
        """Runs `assay` against this daemon; returns the finished process."""
        given = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **env}
        if self.url:
            given["ASSAY_SERVER"] = self.url
        if self.token and token:
            given["ASSAY_TOKEN"] = self.token
        done = subprocess.run([BIN / "assay", *map(str, args)], capture_output=True, text=True,
                              env=given, cwd=self.folder, timeout=WAIT_SECONDS, check=False)
        if code is not None and done.returncode != code:
            raise AssertionError(f"assay {args}: {done.returncode}: {done.stdout}{done.stderr}")
        return done


class DaemonTest(unittest.TestCase):
    """A test case whose daemons are ended with it."""

    def daemon(self, targets=None, **config):
        daemon = Daemon(targets, **config)
        self.addCleanup(daemon.close)
        return daemon
