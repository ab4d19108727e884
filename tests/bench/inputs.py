"""The benchmark's inputs: a real Debian root file system, made on demand and kept in .cache/bench,
which git ignores."""

import os
import shutil
import subprocess

# Enough of everything for more than 1 GB: binaries, libraries, texts, fonts, scripts, archives.
PACKAGES = ("build-essential,clang,llvm,python3,perl,git,vim,openjdk-17-jre-headless,cmake,"
            "gdb,nodejs,fonts-noto-core,mariadb-server-core,linux-image-amd64")


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def make(path, recipe):
    """Makes `path` by recipe(temporary path), unless it is there."""
    if not os.path.exists(path):
        print(f"bench: making {os.path.basename(path)}", flush=True)
        recipe(path + ".part")
        os.rename(path + ".part", path)
    return path


def pack(command, source):
    """A recipe that pipes `source` through a compressor."""
    def recipe(path):
        with open(source, "rb") as data, open(path, "wb") as out:
            run(*command, stdin=data, stdout=out)
    return recipe


def ext4(source):
    """A recipe for a raw ext4 image that holds what the tar file holds."""
    def recipe(path):
        tree = path + ".tree"
        shutil.rmtree(tree, ignore_errors=True)
        os.mkdir(tree)
        run("tar", "-xf", source, "-C", tree, "--numeric-owner", "--exclude=./dev/*")
        size = os.path.getsize(source) * 5 // 4 // 4096 * 4096
        with open(path, "wb") as file:
            file.truncate(size)
        run("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, path)
        shutil.rmtree(tree)
    return recipe


def prepare(folder):
    """Makes all inputs and returns their paths by kind."""
    os.makedirs(folder, exist_ok=True)
    tar = make(os.path.join(folder, "root.tar"), lambda path: run(
        "mmdebstrap", "--quiet", "--variant=apt", "--format=tar", f"--include={PACKAGES}",
        "bookworm", path))
    return {
        "tar": tar,
        "wsl": make(os.path.join(folder, "root.wsl"), pack(["gzip", "-6", "-c"], tar)),
        "zst": make(os.path.join(folder, "root.tar.zst"), pack(["zstd", "-q", "-T0", "-c"], tar)),
        "ext4": make(os.path.join(folder, "root.ext4"), ext4(tar)),
    }
