"""./dev bench: the audit's wall time as a ratio to reference tools on the same file in the same
run, its peak memory, the daemon's idle memory and start-up time. Prints a Markdown table.

Every input is read once more just before each timed run, since a small machine drops its page
cache; every figure is the median of RUNS interleaved runs."""

import json
import os
import platform
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


def timed(command, path, environment=None):
    """Seconds of wall time and peak MiB of the largest process of one command."""
    warm(path)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in (0, 1, 3):  # assay scan: rejected or not fully audited is a result as well
        sys.exit(f"bench: {' '.join(command)} ended with {code}")
    return seconds, usage.ru_maxrss / 1024


def compare(title, path, commands):
    """Runs all commands in turn RUNS times; returns rows of title, name, seconds, ratio, MiB."""
    results = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            results[name].append(timed(command, path))
    reference = None
    rows = []
    for name, runs in results.items():
        seconds = statistics.median(run[0] for run in runs)
        memory = statistics.median(run[1] for run in runs)
        reference = reference or seconds
        # Before exec, a child counts this script's own memory: what is small cannot be told.
        peak = f"{memory:.0f} MiB" if name == "assay scan" else ""
        rows.append((title, name, f"{seconds:.2f} s", f"{seconds / reference:.2f}", peak))
        print("bench:", *rows[-1], flush=True)
    return rows


def scan(path):
    return [os.path.join(BIN, "assay"), "scan", path, "--format", "json"]


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


def main():
    files = inputs.prepare(os.path.join(ROOT, ".cache", "bench"))
    rows = compare("root.wsl (gzip)", files["wsl"], {
        "gzip -dc": ["gzip", "-dc", files["wsl"]],
        "igzip -dc": ["igzip", "-dc", files["wsl"]],
        "assay scan": scan(files["wsl"]),
    })
    rows += compare("root.tar.zst", files["zst"], {
        "zstd -dc": ["zstd", "-dc", files["zst"]],
        "assay scan": scan(files["zst"]),
    })
    rows += compare("root.ext4 (raw)", files["ext4"], {
        "cat": ["cat", files["ext4"]],
        "assay scan": scan(files["ext4"]),
    })
    rows += daemon_rows()
    sizes = {kind: os.path.getsize(path) / 1e6 for kind, path in files.items()}
    print(f"\n{os.cpu_count()} CPUs, {platform.machine()}, Linux {platform.release()}; medians of "
          f"{RUNS}; root.tar {sizes['tar']:.0f} MB, root.wsl {sizes['wsl']:.0f} MB, "
          f"root.tar.zst {sizes['zst']:.0f} MB, root.ext4 {sizes['ext4']:.0f} MB\n")
    print("| input | what | time | ratio to the first | peak memory |")
    print("|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
