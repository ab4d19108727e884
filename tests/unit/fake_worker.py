#!/usr/bin/python3
"""A worker that does wrong, in the way that the name says it was started by. It speaks the
protocol of lib/audit/message.h over descriptor 3 and, being a script, is not locked down."""
import array
import hashlib
import json
import os
import signal
import socket
import struct
import sys

sock = socket.socket(fileno=3)


def send(message, fd=None):
    body = json.dumps(message).encode()
    socket.send_fds(sock, [struct.pack("<I", len(body))], [] if fd is None else [fd])
    sock.sendall(body)


def receive():
    """One message, and the descriptor that came with it or None."""
    header, ancillary, _, _ = sock.recvmsg(4, socket.CMSG_SPACE(4))
    fds = array.array("i")
    for _, _, data in ancillary:
        fds.frombytes(data[:4])
    length, body = struct.unpack("<I", header)[0], b""
    while len(body) < length:
        body += sock.recv(length - len(body))
    return json.loads(body), fds[0] if fds else None


def report(job, artifact, **changes):
    """A report that holds, but for `changes`."""
    content = os.pread(artifact, 1 << 20, 0)
    policy = {key: job["policy"][key] for key in ("name", "digest", "rules_digest", "layers")}
    whole = {
        "schema": "assay.report/1",
        "tool": {"name": "assay", "version": "0"},
        "artifact": {"name": job["name"], "sha256": hashlib.sha256(content).hexdigest(),
                     "size": len(content), "format": "tar"},
        "verdict": "pass",
        "policy": policy,
        "sandbox": {"seccomp": True, "landlock": 7, "rlimits": True},
        "coverage": {"bytes": 0, "entries": 0, "formats": [], "in": {}, "raw": [],
                     "raw_more": 0, "unread": [], "unread_more": 0},
        "summary": {"blocking": 0, "waived": 0, "informational": 0, "dropped": 0,
                    "by_class": {}, "by_severity": {}},
        "started": "2026-11-21T00:00:00Z",
        "seconds": 0.5,
        "findings": [],
    }
    for key, value in changes.items():
        target = whole
        *path, last = key.split("__")
        for step in path:
            target = target[step]
        target[last] = value
    return {"report": whole}


def finding():
    return {"id": "F1", "class": "secret", "rule": "forges.github-pat", "severity": "critical",
            "path": "/a", "offset": 0, "fingerprint": "00" * 16, "origin": "local",
            "status": "informational", "message": "A token.", "help": "Revoke it.",
            "place_count": 1}


def main():
    mode = os.path.basename(sys.argv[0])
    if sys.argv[1] == "--exec-nbd":
        signal.pause()
    job = receive()[0]["job"]
    if mode == "early-report":
        send({"report": {}})
    if mode == "unready-failure":
        send({"failed": {"code": 22, "text": "the rule a.b does not compile"}})
        return
    if mode == "unready-crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    send({"ready": {"seccomp": True, "landlock": 7, "rlimits": True}})
    artifact = receive()[1]
    if mode == "good":
        send({"progress": {"bytes": 1, "total": 2, "entries": 3, "path": "a\x1b[2Jb"}})
        send(report(job, artifact))
    elif mode == "no-digest":
        whole = report(job, artifact)
        del whole["report"]["artifact"]["sha256"]
        send(whole)
    elif mode == "writing":
        os.pwrite(artifact, b"other bytes", 0)
        whole = report(job, artifact)
        del whole["report"]["artifact"]["sha256"]
        send(whole)
    elif mode == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif mode == "leave":
        sys.exit(0)
    elif mode == "hang":
        signal.pause()
    elif mode == "no-memory":
        send({"failed": {"code": 12, "text": "out of memory"}})
    elif mode == "garbage":
        sock.sendall(b"\x05\0\0\0hello")
    elif mode == "gigabyte":
        sock.sendall(struct.pack("<I", 1 << 30) + b"{")
    elif mode == "unknown-message":
        send({"please": "sign this"})
    elif mode == "flood":
        while True:
            send({"progress": {"bytes": 0, "total": 0, "entries": 0, "path": ""}})
    elif mode == "ready-twice":
        send({"ready": {"seccomp": True, "landlock": 7, "rlimits": True}})
        signal.pause()
    elif mode == "odd-format":
        send({"request": "nbd", "format": "nbd:unix:/run/secret"}, artifact)
        send(report(job, artifact, coverage__bytes=receive()[0]["error"]["code"]))
    elif mode == "late-cache":
        send({"request": "keep", "name": "rules-0"})
        receive()
    elif mode == "device-as-disk":
        send({"request": "nbd", "format": "qcow2"}, os.open("/dev/null", os.O_RDONLY))
        send(report(job, artifact, coverage__bytes=receive()[0]["error"]["code"]))
    elif mode == "many-disks":
        answers = []
        while not answers or "ok" in answers[-1]:
            send({"request": "nbd", "format": "qcow2"}, artifact)
            answers.append(receive()[0])
        send(report(job, artifact, coverage__bytes=answers[-1]["error"]["code"],
                    coverage__entries=len(answers)))
    elif mode == "learning":
        send({"request": "seen"})
        assert "error" in receive()[0]  # not of a worker without a sandbox
        send(report(job, artifact, artifact__sha256="0" * 64))
    elif mode == "spool":
        send({"request": "spool"})
        spool = receive()[1]
        os.pwrite(spool, b"abc", 0)
        send(report(job, artifact, coverage__bytes=os.fstat(spool).st_size,
                    coverage__entries=os.fstat(spool).st_nlink))
    elif mode == "wrong-digest":
        send(report(job, artifact, artifact__sha256="0" * 64))
    elif mode == "wrong-size":
        send(report(job, artifact, artifact__size=7))
    elif mode == "wrong-sum":
        send(report(job, artifact, coverage__formats=[
            {"format": "tar", "containers": 1, "entries": 0, "bytes": 1}]))
    elif mode == "wrong-raw":
        send(report(job, artifact, coverage__raw=[{"where": "", "format": "x", "bytes": 1}]))
    elif mode == "silent-unread":
        send(report(job, artifact, coverage__unread=[
            {"where": "", "reason": "corrupt", "detail": "cut"}]))
    elif mode == "wrong-name":
        send(report(job, artifact, artifact__name="another.wsl"))
    elif mode == "wrong-policy":
        send(report(job, artifact, policy__digest="1" * 64))
    elif mode == "wrong-verdict":
        send(report(job, artifact, findings=[finding()]))
    elif mode == "wrong-shape":
        send(report(job, artifact, coverage__bytes="many"))
    elif mode == "bypass":
        send(report(job, artifact, bypass={"reason": "trust me", "by": "root"}))


main()
