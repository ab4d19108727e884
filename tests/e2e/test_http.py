"""The HTTP server of a real assayd, seen from outside: roles, addresses, clients that misbehave."""

import http.client
import json
import os
import select
import socket
import struct
import unittest
from urllib.parse import urlsplit

from harness import DaemonTest


class Http(DaemonTest):
    def setUp(self):
        self.served = self.daemon({"none": {"flake": "/nowhere", "attribute": "a.b",
                                            "kind": "image"}}, read="token").start()
        self.at = urlsplit(self.served.url)

    def connect(self):
        sock = socket.create_connection((self.at.hostname, self.at.port), timeout=60)
        self.addCleanup(sock.close)
        return sock

    def open_files(self):
        return len(os.listdir(f"/proc/{self.served.process.pid}/fd"))

    @staticmethod
    def waits(daemon):
        return b"\nassay_long_polls 1\n" in daemon.request("GET", "/metrics")[2]

    def test_ready_once_it_says_so(self):
        status, _, body = self.served.request("GET", "/readyz", token=None)
        self.assertEqual(status, 200, body)
        self.assertEqual(set(json.loads(body)["checks"].values()), {True})
        if os.geteuid() == 0:
            self.assertIs(json.loads(body)["isolated"], True)

    def test_the_key_is_the_one_it_signs_with(self):
        status, _, body = self.served.request("GET", "/keys/minisign.pub", token=None)
        self.assertEqual(status, 200)
        self.assertEqual(body, self.served.key.with_suffix(".key.pub").read_bytes())

    def test_the_address_is_written_down(self):
        self.assertIn(self.served.url, (self.served.state / "address").read_text())

    def test_tokens_never_reach_the_log(self):
        made = self.served.api("POST", "/tokens", {"name": "ci", "role": "trigger"})
        self.served.request("POST", "/api/v1/builds", {"target": "x"}, token=made["token"])
        self.served.request("GET", "/api/v1/builds", token="assay_wrong")
        self.served.stop()
        log = self.served.log()
        self.assertIn("POST /api/v1/builds 404 ci", log)
        self.assertNotIn("assay_", log)

    def test_one_connection_serves_many_requests(self):
        connection = http.client.HTTPConnection(self.at.netloc, timeout=60)
        self.addCleanup(connection.close)
        for path, status in (("/healthz", 200), ("/nothing", 404), ("/api/v1/targets", 401),
                             ("/healthz", 200)):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, path)

    def test_clients_that_vanish_leave_nothing_open(self):
        build = self.served.build("none")
        self.served.wait(build)
        before = self.open_files()
        for request in (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"\0\0\0\0", b"",
                        b"POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"):
            for reset in (False, True):
                sock = self.connect()
                sock.sendall(request)
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()
        while self.open_files() > before:
            self.assertEqual(self.served.request("GET", "/healthz")[0], 200)

    def test_a_stop_answers_those_who_wait(self):
        silent = self.daemon({"none": {"flake": "/nowhere", "attribute": "a.b", "kind": "image"}})
        program = silent.folder / "nix"
        program.write_text("#!/bin/sh\nexec sleep 1000\n")
        program.chmod(0o755)
        silent.config["nix"]["program"] = str(program)
        silent.start()
        build = silent.build("none")
        connection = http.client.HTTPConnection(urlsplit(silent.url).netloc, timeout=60)
        self.addCleanup(connection.close)

        def ask(revision):
            connection.request("GET", f"/api/v1/builds/{build}?wait=60&revision={revision}",
                               headers={"Authorization": f"Bearer {silent.token}"})

        ask(0)
        answered = {}
        while answered.get("state") != "building" or not self.waits(silent):
            if select.select([connection.sock], [], [], 0)[0]:
                answered = json.loads(connection.getresponse().read())
                ask(answered["revision"])
        silent.stop()
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertEqual(json.loads(answer.read())["state"], "building")

    def test_a_second_daemon_on_the_same_port_names_it(self):
        other = self.daemon(listen=self.at.netloc)
        other.write_config()
        done = other.run()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(self.at.netloc, done.stderr)
        self.assertIn("another port", done.stderr)


if __name__ == "__main__":
    unittest.main()
