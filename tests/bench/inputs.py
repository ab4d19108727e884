"""The benchmark's inputs: a real Debian root file system, made on demand and kept in .cache/bench,
which git ignores."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import zlib

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


def store(source):
    """A recipe for a tar of what the tar file holds as Nix store paths, one of each top folder, as
    NixOS-WSL's builder packs them."""
    def recipe(path):
        tree = path + ".tree"
        shutil.rmtree(tree, ignore_errors=True)
        os.makedirs(f"{tree}/unpacked")
        os.makedirs(f"{tree}/nix/store")
        run("tar", "-xf", source, "-C", f"{tree}/unpacked", "--exclude=./dev/*")
        for name in os.listdir(f"{tree}/unpacked"):
            os.rename(f"{tree}/unpacked/{name}", f"{tree}/nix/store/{'0' * 32}-{name}")
        run("tar", "-cf", path, "--sort=name", "--numeric-owner", "--hard-dereference", "-C", tree,
            "./nix")
        shutil.rmtree(tree)
    return recipe


def gpt(source):
    """A recipe for a GPT disk: an empty FAT32 and the ext4 image `source`."""
    def recipe(path):
        first, fat = 2048, 131072  # sectors: where partitions begin, and what the FAT has
        sectors = os.path.getsize(source) // 512
        with open(path, "wb") as file:
            file.truncate((first + fat + sectors + 2048) * 512)
        run("sgdisk", "-n", f"1:{first}:+{fat}", "-t", "1:ef00",
            "-n", f"2:{first + fat}:+{sectors}", "-t", "2:8300", path,
            stdout=subprocess.DEVNULL)
        run("mkfs.vfat", "-F", "32", "-s", "1", "--offset", str(first), path, str(fat // 2),
            stdout=subprocess.DEVNULL)
        run("dd", f"if={source}", f"of={path}", "bs=1M", f"seek={(first + fat) * 512}",
            "oflag=seek_bytes", "conv=sparse,notrunc", "status=none")
    return recipe


def converted(source, form):
    """A recipe for a virtual disk."""
    return lambda path: run("qemu-img", "convert", "-O", form, source, path)


def squashfs(source):
    def recipe(path):
        with open(source, "rb") as data:
            run("sqfstar", "-quiet", "-no-progress", "-comp", "gzip", path, stdin=data)
    return recipe


def changed(source):
    """A recipe for a tar of which one file in twenty, told by its name, differs from `source`."""
    def recipe(path):
        with tarfile.open(source, "r|") as old, \
                tarfile.open(path, "w|", format=tarfile.GNU_FORMAT) as new:
            for member in old:
                content = old.extractfile(member) if member.isreg() else None
                if content and zlib.crc32(member.name.encode()) % 20 == 0:
                    data = b"changed\n" + content.read()
                    member.size = len(data)
                    content = io.BytesIO(data)
                new.addfile(member, content)
    return recipe


def policy(folder):
    """A policy with all rules and 1,000 identities that stand nowhere in the inputs."""
    path = os.path.join(folder, "policy.json")
    syllables = ("vik", "zor", "quen", "jal", "wex", "thry", "bol", "nuv", "kre", "pyl")
    names = [f"{a}{b}{c}" for a in syllables for b in syllables for c in syllables]
    kinds = ("username", "name", "email", "hostname")
    values = {"username": "{0}o", "name": "{0}a {0}sson", "email": "{0}@{0}ia.example",
              "hostname": "{0}-pc"}
    identities = [{"kind": kinds[i % 4], "value": values[kinds[i % 4]].format(name)}
                  for i, name in enumerate(names)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "assay.policy/1", "name": "bench", "extends": "base",
                   "identities": identities}, file)
    return path


def prepare(folder):
    """Makes all inputs and returns their paths by kind."""
    os.makedirs(folder, exist_ok=True)

    def one(name, recipe):
        return make(os.path.join(folder, name), recipe)

    tar = one("root.tar", lambda path: run(
        "mmdebstrap", "--quiet", "--variant=apt", "--format=tar", f"--include={PACKAGES}",
        "bookworm", path))
    plain = one("root.ext4", ext4(tar))
    disk = one("disk.img", gpt(plain))
    later = one("later.tar", changed(tar))
    paths = one("store.tar", store(tar))
    return {
        "tar": tar,
        "wsl": one("root.wsl", pack(["gzip", "-6", "-c"], tar)),
        "zst": one("root.tar.zst", pack(["zstd", "-q", "-T0", "-c"], tar)),
        "raw": disk,
        "qcow2": one("disk.qcow2", converted(disk, "qcow2")),
        "vhdx": one("disk.vhdx", converted(disk, "vhdx")),
        "squashfs": one("root.squashfs", squashfs(tar)),
        "later": one("later.wsl", pack(["gzip", "-6", "-c"], later)),
        "store": one("store.wsl", pack(["gzip", "-6", "-c"], paths)),
        "policy": policy(folder),
    }
