"""./dev bench: the audit's wall time as a ratio to reference tools on the same file in the same
run, its peak memory, the daemon's idle memory and start-up time. Prints a Markdown table.

Every input is read once more just before each timed run, since a small machine drops its page
cache; every figure is the median of RUNS interleaved runs."""

import functools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import inputs  # noqa: E402  (beside this file)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(ROOT, "build", "bin")
RUNS = int(os.environ.get("BENCH_RUNS", "5"))


def warm(path):
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(1 << 20)
        while file.readinto(buffer):
            pass


def timed(command, path, before=None):
    """Seconds of wall time and peak MiB of the largest process of one command."""
    if before:
        before()
    warm(path)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in (0, 1, 3):  # assay scan: rejected or not fully audited is a result as well
        sys.exit(f"bench: {' '.join(command)} ended with {code}")
    return seconds, usage.ru_maxrss / 1024


def compare(title, path, commands):
    """Runs all commands in turn RUNS times; returns rows of title, name, seconds, ratio, MiB. A
    command is a list, or a pair of one and what is called before each run."""
    results = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            command, before = command if isinstance(command, tuple) else (command, None)
            results[name].append(timed(command, path, before))
    reference = None
    rows = []
    for name, runs in results.items():
        seconds = statistics.median(run[0] for run in runs)
        memory = statistics.median(run[1] for run in runs)
        reference = reference or seconds
        # Before exec, a child counts this script's own memory: what is small cannot be told.
        peak = f"{memory:.0f} MiB" if name.startswith("assay scan") else ""
        rows.append((title, name, f"{seconds:.2f} s", f"{seconds / reference:.2f}", peak))
        print("bench:", *rows[-1], flush=True)
    return rows


class Scans:
    """assay scan with all rules and 1,000 identities, in a cache folder of its own."""

    def __init__(self, folder, policy):
        self.policy = policy
        self.cache = os.path.join(folder, "assay")
        os.environ["XDG_CACHE_HOME"] = folder

    def command(self, path):
        return [os.path.join(BIN, "assay"), "scan", path, "--policy", self.policy,
                "--format", "json"]

    def cold(self, path):
        """A scan that knows the compiled rules but has seen no content before."""
        return self.command(path), self.forget

    def forget(self):
        """Takes what is remembered of content, and nothing else, out of the cache."""
        if os.path.isdir(self.cache):
            for name in os.listdir(self.cache):
                if name.startswith("seen-"):
                    os.remove(os.path.join(self.cache, name))

    def after(self, earlier, path):
        """A scan after one of `earlier`."""
        def before():
            self.forget()
            subprocess.run(self.command(earlier), stdout=subprocess.DEVNULL, check=False)
        return self.command(path), before


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def start_daemon(folder):
    """Seconds until /readyz answers, and MiB resident after that, of assayd and assay-sign."""
    key = os.path.join(folder, "key")
    subprocess.run([os.path.join(BIN, "assay"), "key", "generate", key], check=True,
                   stdout=subprocess.DEVNULL)
    config = os.path.join(folder, "config.json")
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"state_dir": os.path.join(folder, "state"),
                   "work_dir": os.path.join(folder, "work"), "listen": "127.0.0.1:0",
                   "signing_key": key, "targets": {}}, file)
    start = time.monotonic()
    process = subprocess.Popen([os.path.join(BIN, "assayd"), "--config", config],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        process.stdout.readline()
        with open(os.path.join(folder, "state", "address"), encoding="utf-8") as file:
            address = file.read().strip()
        urllib.request.urlopen(address + "/readyz", timeout=10).read()
        seconds = time.monotonic() - start
        for _ in range(200):
            urllib.request.urlopen(address + "/healthz", timeout=10).read()
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="utf-8") as file:
            children = [int(pid) for pid in file.read().split()]
        return seconds, resident(process.pid), sum(resident(pid) for pid in children)
    finally:
        process.terminate()
        process.wait(30)


def daemon_rows():
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(start_daemon(folder))
    seconds, memory, signer = (statistics.median(column) for column in zip(*runs))
    return [("assayd", "until /readyz answers", f"{seconds:.3f} s", "", ""),
            ("assayd", "idle", "", "", f"{memory:.0f} MiB (assay-sign: {signer:.0f} MiB more)")]


def audit_rows(files, scans, folder):
    unpacked = os.path.join(folder, "unpacked")
    remove = functools.partial(shutil.rmtree, unpacked, True)
    rows = compare("root.wsl (gzip)", files["wsl"], {
        "gzip -dc": ["gzip", "-dc", files["wsl"]],
        "igzip -dc": ["igzip", "-dc", files["wsl"]],
        "assay scan": scans.cold(files["wsl"]),
    })
    rows += compare("store.wsl (gzip), every NAR hash", files["store"], {
        "gzip -dc": ["gzip", "-dc", files["store"]],
        "assay scan": scans.cold(files["store"]),
    })
    rows += compare("later.wsl (gzip), 95 % seen before", files["later"], {
        "igzip -dc": ["igzip", "-dc", files["later"]],
        "assay scan": scans.after(files["wsl"], files["later"]),
    })
    rows += compare("root.tar.zst", files["zst"], {
        "zstd -dc": ["zstd", "-dc", files["zst"]],
        "assay scan": scans.cold(files["zst"]),
    })
    rows += compare("root.tar", files["tar"], {
        "sha256sum": ["sha256sum", files["tar"]],
        "assay scan": scans.cold(files["tar"]),
    })
    rows += compare("disk.img (GPT: FAT32, ext4)", files["raw"], {
        "cat": ["cat", files["raw"]],
        "assay scan": scans.cold(files["raw"]),
    })
    for kind in ("qcow2", "vhdx"):
        rows += compare(f"disk.{kind}", files[kind], {
            "nbdcopy": ["nbdcopy", "--", "[", "qemu-nbd", "-r", "-f", kind, files[kind], "]",
                        "null:"],
            "assay scan": scans.cold(files[kind]),
        })
    rows += compare("root.squashfs (gzip)", files["squashfs"], {
        "unsquashfs": (["unsquashfs", "-q", "-n", "-d", unpacked, files["squashfs"]], remove),
        "assay scan": scans.cold(files["squashfs"]),
    })
    remove()
    return rows


def main():
    files = inputs.prepare(os.path.join(ROOT, ".cache", "bench"))
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        rows = audit_rows(files, Scans(folder, files["policy"]), folder)
    rows += daemon_rows()
    sizes = ", ".join(f"{os.path.basename(path)} {os.path.getsize(path) / 1e6:.0f} MB"
                      for kind, path in files.items() if kind != "policy")
    print(f"\n{os.cpu_count()} CPUs, {platform.machine()}, Linux {platform.release()}; medians of "
          f"{RUNS}; {sizes}\n")
    print("| input | what | time | ratio to the first | peak memory |")
    print("|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
