"""The command line against servers that lie, break off, talk nonsense or try to reach the terminal.
assayd does none of that, so that these servers are written here; the real one has its own tests.
"""
import hashlib
import json
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cli_harness import CliTest

CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        route = self.path.split("?")[0]
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        what = self.server.routes.get(route)
        if what is None:
            self.send(404, b'{"title": "Not found", "detail": "There is no ' +
                      route.encode() + b'."}', "application/problem+json")
        elif callable(what):
            what(self)
        else:
            self.send(200, what if isinstance(what, bytes) else json.dumps(what).encode())

    do_GET = do_POST = do_DELETE = answer

    def send(self, status, body, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def ranged(handler):
    """The artifact as assayd serves it: ETag, Range, If-Range."""
    begin = 0
    wanted = handler.headers.get("Range")
    if wanted and handler.headers.get("If-Range") == f'"{SHA256}"':
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
    headers = {"ETag": f'"{SHA256}"'}
    if begin:
        headers["Content_Range"] = f"bytes {begin}-{len(CONTENT) - 1}/{len(CONTENT)}"
    handler.send(206 if begin else 200, CONTENT[begin:], "application/octet-stream", **headers)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up is what several tests are about."""


class ServerTest(CliTest):
    def setUp(self):
        super().setUp()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.seen = []
        self.server.routes = {}
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.port = self.server.server_address[1]
        self.env["ASSAY_SERVER"] = f"http://127.0.0.1:{self.port}"

    @property
    def routes(self):
        return self.server.routes


class Answers(ServerTest):
    def problem(self, status, **problem):
        self.routes["/api/v1/builds"] = lambda handler: handler.send(
            status, json.dumps(problem).encode(), "application/problem+json")

    def test_problems_become_exit_codes_with_the_servers_words(self):
        for status, code in ((401, 6), (403, 6), (400, 2), (404, 2), (409, 2), (422, 2),
                             (429, 5), (500, 5), (503, 5)):
            self.problem(status, title="No", detail="The frobnicator is off; turn it on.")
            with self.subTest(status=status):
                err = self.assay("builds", code=code)[1]
                self.assertIn("assay: The frobnicator is off; turn it on.", err)
        self.problem(401, title="No")
        self.assertIn("ASSAY_TOKEN", self.assay("builds", code=6)[1])
        self.routes["/api/v1/builds"] = lambda handler: handler.send(502, b"<html>")
        self.assertIn("502", self.assay("builds", code=5)[1])

    def test_nonsense_is_5(self):
        for body in (b"", b"<html>", b"{", b'{"a": 1}', b"7", b"[" * 100000, b"\xff\xfe"):
            self.routes["/api/v1/builds"] = body
            with self.subTest(body=body[:10]):
                self.assertIn("API", self.assay("builds", code=5)[1])
        for body in (b"[7, null, [], {}]", b'[{"id": "x", "target": 5, "failure": 3}]'):
            self.routes["/api/v1/builds"] = body
            self.assay("builds")

    def test_an_answer_without_end_is_given_up(self):
        def endless(handler):
            handler.send_response(200)
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b" " * (1 << 20))
            except OSError:
                handler.close_connection = True

        self.routes["/api/v1/builds"] = endless
        self.assertIn("64 MiB", self.assay("builds", code=5)[1])

    def test_a_redirect_to_another_origin_is_not_followed_and_gets_no_token(self):
        target = f"http://localhost:{self.port}/elsewhere"
        for location in (target, "file:///etc/passwd", "gopher://127.0.0.1/"):
            self.server.seen.clear()
            self.routes["/api/v1/builds"] = lambda handler, to=location: handler.send(
                302, b"", Location=to)
            with self.subTest(location=location):
                self.assay("builds", code=5, ASSAY_TOKEN="assay_x")
                self.assertEqual([path.split("?")[0] for _, path, _ in self.server.seen],
                                 ["/api/v1/builds"])

    def test_a_redirect_within_the_server_is_followed_and_a_circle_left(self):
        self.routes["/api/v1/builds"] = lambda handler: handler.send(302, b"", Location="/there")
        self.routes["/there"] = []
        self.assay("builds", ASSAY_TOKEN="assay_x")
        self.assertEqual(self.server.seen[-1][2]["Authorization"], "Bearer assay_x")
        self.routes["/there"] = self.routes["/api/v1/builds"]
        self.assertIn("circles", self.assay("builds", code=5)[1])

    def test_a_server_that_says_nothing_of_the_build_is_not_believed(self):
        for action in ("cancel", "retry"):
            self.routes[f"/api/v1/builds/3/{action}"] = b""
            for more in ([], ["--json"]):
                out, err = self.assay(action, "3", *more, code=5)
                self.assertEqual(out, "")
                self.assertIn("does not say", err)

    def test_nothing_from_the_server_reaches_the_terminals_ear(self):
        evil = "a\x1b]0;owned\x07b\x9bc\u202ed\r\ne\x7f"
        build = {"id": 1, "target": evil, "state": evil, "version": evil, "revision": 1,
                 "requested_by": evil, "failure": {"kind": evil, "message": evil},
                 "finished": "x"}
        self.routes["/api/v1/builds"] = [build]
        self.routes["/api/v1/builds/1"] = build
        self.routes["/api/v1/builds/2"] = {**build, "id": 2, "state": "failed"}
        self.routes["/api/v1/builds/1/log"] = (
            b"\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x9b31m \xc2\x9b \xe2\x80\xae ok \xc3\xa9\n")
        self.problem_routes(evil)
        for args in (["builds"], ["show", "1"], ["wait", "2"], ["log", "1"], ["show", "9"]):
            with self.subTest(args=args):
                _, written = self.on_terminal(*args)
                for sequence in (b"\x1b]", b"\x07", b"\x9b", b"\xe2\x80\xae", b"\x7f", b"\r\r"):
                    self.assertNotIn(sequence, written.replace(b"\xc3\x9b", b""))
        log = self.on_terminal("log", "1")[1].decode()
        self.assertIn("red ", log)
        self.assertIn(" ok é", log)
        self.assertNotIn("\x1b", log)
        # In a file the log is what the build wrote.
        self.assertIn(b"\x1b[31mred", self.assay("log", "1", text=False)[0])

    def problem_routes(self, evil):
        self.routes["/api/v1/builds/9"] = lambda handler: handler.send(
            500, json.dumps({"detail": evil}).encode(), "application/problem+json")

    def test_tables_fit_the_terminal_and_are_tabbed_elsewhere(self):
        self.routes["/api/v1/builds"] = [
            {"id": 1, "target": "t" * 100, "state": "failed", "created": "2026-11-21T03:00:00Z",
             "requested_by": "ci", "version": "1", "failure": {"message": "ä" * 200}}]
        for columns in (80, 120):
            code, written = self.on_terminal("builds", columns=columns, NO_COLOR="1")
            lines = written.decode().splitlines()
            self.assertEqual(code, 0)
            self.assertIn("TARGET", lines[0])
            self.assertIn("…", lines[1])
            self.assertLessEqual(max(map(len, lines)), columns)
            self.assertNotIn("\x1b", written.decode())
        self.assertIn(b"\x1b[31mfailed", self.on_terminal("builds", columns=120)[1])
        row = self.assay("builds")[0]
        self.assertEqual(row, "1\t" + "t" * 100 + "\tfailed\t1\t2026-11-21T03:00:00Z\tci\t" +
                         "ä" * 200 + "\n")
        self.assertEqual(json.loads(self.assay("builds", "--json")[0]),
                         self.routes["/api/v1/builds"])

    def test_waiting_has_an_end(self):
        self.routes["/api/v1/builds/1"] = {"id": 1, "state": "auditing", "revision": 3,
                                           "target": "t", "finished": None}
        self.assertIn("still auditing", self.assay("wait", "1", "--timeout", "1", code=8)[1])

    def test_a_server_that_is_away_for_a_moment_is_waited_for(self):
        build = {"id": 1, "state": "auditing", "revision": 3, "target": "t", "finished": None}
        answers = [(200, build), (503, {}), (200, {**build, "state": "published"})]
        self.routes["/api/v1/builds/1"] = lambda handler: handler.send(
            answers[0][0], json.dumps(answers.pop(0)[1]).encode())
        self.assertIn("published", self.assay("wait", "1")[0])
        self.assertEqual(answers, [])
        self.assertIn("wait=30&revision=3", self.server.seen[-1][1])

    def test_tokens_come_from_the_option_the_file_and_the_environment_in_this_order(self):
        self.routes["/api/v1/builds"] = []
        (self.home / "t").write_text("assay_file\n")
        (self.home / "t").chmod(0o600)
        folder = self.home / ".config/assay"
        folder.mkdir(parents=True)
        (folder / "token").write_text("assay_home")
        (folder / "token").chmod(0o600)
        given = {"ASSAY_TOKEN": "assay_env"}
        for args, env, sent in ((["--token", "assay_arg", "--token-file", "t"], given, "arg"),
                                (["--token-file", "t"], given, "file"), ([], given, "env"),
                                ([], {}, "home")):
            self.assay("builds", *args, **env)
            self.assertEqual(self.server.seen[-1][2]["Authorization"], f"Bearer assay_{sent}")

    def test_how_a_build_ended_is_the_exit_code(self):
        for state, verdict, code in (("published", "pass", 0), ("failed", None, 4),
                                     ("canceled", None, 4)):
            self.routes["/api/v1/builds/1"] = {
                "id": 1, "state": state, "verdict": verdict, "revision": 1, "target": "t",
                "failure": {"kind": "build", "message": "it broke"} if code else None}
            self.assay("wait", "1", code=code)
            self.assertEqual(json.loads(self.assay("wait", "1", "--json", code=code)[0])["state"],
                             state)
        self.assertIn("it broke", self.assay("wait", "1", code=4)[0])


class Pull(ServerTest):
    def setUp(self):
        super().setUp()
        self.assay("key", "generate", "server.key")
        self.release = {"id": 1, "target": "minimal", "version": "7", "build": 1,
                        "name": "minimal.wsl", "sha256": SHA256, "size": len(CONTENT),
                        "channels": ["nightly"], "bypass": None, "revoked": None,
                        "url": f"/r/{SHA256}/minimal.wsl"}
        self.routes["/api/v1/releases"] = [self.release]
        self.routes["/keys/minisign.pub"] = (self.home / "server.key.pub").read_bytes()
        self.routes[f"/r/{SHA256}/minimal.wsl"] = ranged
        self.routes[f"/r/{SHA256}/minimal.wsl.minisig"] = self.signature()
        self.file = self.home / "minimal.wsl"
        self.part = self.home / "minimal.wsl.part"

    def signature(self, target="minimal", version="7", sha256=SHA256, content=CONTENT,
                  key="server.key"):
        (self.home / "signed").write_bytes(content)
        subprocess.run(
            ["minisign", "-S", "-s", key, "-m", "signed", "-t",
             f"target:{target}\tversion:{version}\tsha256:{sha256}\tchannel:nightly"],
            cwd=self.home, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return (self.home / "signed.minisig").read_bytes()

    def refused(self, *args, said="", code=7):
        """A pull that must leave what the user had as it was."""
        before = self.file.read_bytes() if self.file.exists() else None
        err = self.assay("pull", "minimal", *args, code=code)[1]
        self.assertIn(said, err)
        self.assertEqual(self.file.read_bytes() if self.file.exists() else None, before)
        return err

    def test_a_release_is_fetched_verified_and_its_key_pinned(self):
        out, err = self.assay("pull", "minimal")
        self.assertIn("minimal.wsl is verified", out)
        self.assertIn("pinned", err)
        self.assertEqual(self.file.read_bytes(), CONTENT)
        self.assertFalse(self.part.exists())
        pinned = self.home / f".config/assay/keys/127.0.0.1_{self.port}.pub"
        self.assertTrue(pinned.exists())
        self.assertEqual((self.home / "minimal.wsl.sha256").read_text(),
                         f"{SHA256}  minimal.wsl\n")
        subprocess.run(["sha256sum", "-c", "minimal.wsl.sha256"], cwd=self.home, check=True,
                       capture_output=True)
        subprocess.run(["minisign", "-V", "-H", "-p", "server.key.pub", "-m", "minimal.wsl"],
                       cwd=self.home, check=True, capture_output=True)
        self.assay("verify", "minimal.wsl")
        # The second time nothing is fetched, and the key is known.
        self.server.seen.clear()
        self.assertNotIn("pinned", self.assay("pull", "minimal@7")[1])
        self.assertNotIn(f"/r/{SHA256}/minimal.wsl", [path for _, path, _ in self.server.seen])

    def test_a_download_that_broke_off_is_gone_on_with(self):
        self.part.write_bytes(CONTENT[:300000])
        self.assay("pull", "minimal", "--key", "server.key.pub")
        self.assertEqual(self.file.read_bytes(), CONTENT)
        ranges = [headers.get("Range") for _, path, headers in self.server.seen
                  if path == f"/r/{SHA256}/minimal.wsl"]
        self.assertEqual(ranges, ["bytes=300000-"])

    def test_a_beginning_of_another_file_is_fetched_again(self):
        for begin in (b"x" * 300000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 9)):
            self.part.write_bytes(begin)
            self.assay("pull", "minimal", "--key", "server.key.pub")
            self.assertEqual(self.file.read_bytes(), CONTENT)
            self.file.unlink()

    def test_a_connection_that_breaks_keeps_the_part(self):
        def broken(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(CONTENT)))
            handler.end_headers()
            handler.wfile.write(CONTENT[:500000])
            handler.close_connection = True

        self.routes[f"/r/{SHA256}/minimal.wsl"] = broken
        self.refused("--key", "server.key.pub", code=5)
        self.assertEqual(self.part.read_bytes(), CONTENT[:500000])
        self.routes[f"/r/{SHA256}/minimal.wsl"] = ranged
        self.assay("pull", "minimal", "--key", "server.key.pub")

    def test_other_bytes_than_were_signed_are_7_and_leave_nothing(self):
        for body in (b"\0" * len(CONTENT), CONTENT[:-1] + b"\0"):
            self.routes[f"/r/{SHA256}/minimal.wsl"] = body
            self.refused(said="NOT")
            self.assertFalse(self.part.exists())
            self.file.write_bytes(b"what the user had")

    def test_more_bytes_than_announced_are_not_written(self):
        self.routes[f"/r/{SHA256}/minimal.wsl"] = CONTENT + b"more" * 100000
        self.refused(said="more than", code=5)
        self.assertLessEqual(self.part.stat().st_size, len(CONTENT))

    def test_signatures_that_do_not_hold_are_7(self):
        self.assay("key", "generate", "other.key")
        for signature in (self.signature(target="leaky"), self.signature(version="6"),
                          self.signature(sha256="0" * 64), self.signature(key="other.key"),
                          self.signature(content=b"other"), b"", b"garbage\n" * 9000, None):
            self.routes[f"/r/{SHA256}/minimal.wsl.minisig"] = signature
            self.refused()
            self.assertFalse((self.home / ".config/assay/keys").exists())

    def test_a_changed_key_is_refused_before_anything_is_fetched(self):
        self.assay("pull", "minimal")
        self.assay("key", "generate", "other.key")
        self.routes["/keys/minisign.pub"] = (self.home / "other.key.pub").read_bytes()
        self.routes[f"/r/{SHA256}/minimal.wsl.minisig"] = self.signature(key="other.key")
        self.server.seen.clear()
        pinned = self.home / f".config/assay/keys/127.0.0.1_{self.port}.pub"
        err = self.refused(said=f"remove {pinned}")
        self.assertIn("somebody else", err)
        self.assertNotIn(f"/r/{SHA256}/minimal.wsl", [path for _, path, _ in self.server.seen])
        pinned.unlink()
        self.assay("pull", "minimal")

    def test_names_that_no_file_should_have_are_refused(self):
        for name in ("../evil", "/etc/passwd", ".bashrc", "", "a\nb", "-rf", "x" * 300, "a\x1bb"):
            self.routes["/api/v1/releases"] = [{**self.release, "name": name}]
            with self.subTest(name=name):
                self.assertIn("name", self.assay("pull", "minimal", code=5)[1])
        self.assertEqual(sorted(path.name for path in self.home.iterdir()),
                         ["server.key", "server.key.pub", "signed", "signed.minisig"])

    def test_a_revoked_or_unknown_release(self):
        self.routes["/api/v1/releases"] = [
            {**self.release, "channels": [], "revoked": {"reason": "leaks", "at": "x"}}]
        self.refused(said="no release", code=2)
        self.assertIn("leaks", self.assay("pull", "minimal@7", code=7)[1])
        self.assertIn("assay releases", self.assay("pull", "nope", code=2)[1])

    def test_a_folder_in_the_way_is_wrong_use(self):
        self.file.mkdir()
        self.assertIn("-o FILE", self.assay("pull", "minimal", code=2)[1])


if __name__ == "__main__":
    unittest.main()
