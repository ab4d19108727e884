"""Writes a Proxmox backup (VMA). Debian has no tool that does: this one was written from Proxmox's
vma_spec.txt, apart from the reader in lib/image/vma.

    vma.py OUT [--shuffle] [--config NAME=FILE]... NAME=IMAGE...

--shuffle mixes the devices' clusters. The other options make what no tool would:
    --drop N          leaves out the cluster N of the first device
    --twice N         gives the cluster N of the first device once more, full of needles
    --strange         gives a cluster full of needles of a device that the header has not
    --behind          the same of the first device behind its end
    --slack           fills what the last cluster has behind the device's end with needles
    --claim BYTES     what the header says is the first device's size"""
import argparse
import hashlib
import os
import random
import struct

CLUSTER, BLOCK, PER_EXTENT = 65536, 4096, 59


def blob(blobs, content):
    at = len(blobs)
    blobs += struct.pack("<H", len(content)) + content
    return at


def with_sum(data, at):
    """The same with its MD5, taken over zeros at its place."""
    assert data[at:at + 16] == bytes(16)
    return data[:at] + hashlib.md5(data).digest() + data[at + 16:]


def header(uuid, configs, devices):
    blobs = bytearray(1)  # an offset of 0 is none
    names, data = [0] * 256, [0] * 256
    for i, (name, content) in enumerate(configs):
        names[i] = blob(blobs, name.encode() + b"\0")
        data[i] = blob(blobs, content)
    infos = bytes(32)
    for name, size in devices:
        infos += struct.pack(">IIQQQ", blob(blobs, name.encode() + b"\0"), 0, size, 0, 0)
    size = -(-(12288 + len(blobs)) // 512) * 512
    fixed = struct.pack(">4sI16sq16sIII1984x", b"VMA\0", 1, uuid, 0, bytes(16), 12288, len(blobs),
                        size)
    fixed += struct.pack(">256I256II", *names, *data, 0) + infos.ljust(8192, b"\0")
    return with_sum((fixed + blobs).ljust(size, b"\0"), 32)


def extent(uuid, clusters):
    """`clusters` are (device, number, content)."""
    infos, body = b"", b""
    for device, number, content in clusters:
        mask = 0
        for i in range(0, CLUSTER, BLOCK):
            if any(content[i:i + BLOCK]):
                mask |= 1 << i // BLOCK
                body += content[i:i + BLOCK]
        infos += struct.pack(">HBBI", mask, 0, device, number)
    head = struct.pack(">4sHH16s16s", b"VMAE", 0, len(body) // BLOCK, uuid, bytes(16))
    return with_sum(head + infos.ljust(8 * PER_EXTENT, b"\0"), 24) + body


NEEDLES = (b"needle-in-a-haystack " * CLUSTER)[:CLUSTER]


def read_cluster(image, number, slack):
    image.seek(number * CLUSTER)
    content = image.read(CLUSTER)
    return content + (NEEDLES if slack else bytes(CLUSTER))[len(content):]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("images", nargs="+")
    parser.add_argument("--config", action="append", default=[])
    for flag in ("shuffle", "strange", "behind", "slack"):
        parser.add_argument("--" + flag, action="store_true")
    for number in ("drop", "twice", "claim"):
        parser.add_argument("--" + number, type=int)
    args = parser.parse_args()
    uuid = os.urandom(16)
    configs = [(c.split("=")[0], open(c.split("=")[1], "rb").read()) for c in args.config]
    images = [(i.split("=")[0], open(i.split("=")[1], "rb")) for i in args.images]
    sizes = [os.fstat(image.fileno()).st_size for _, image in images]
    order = [(d, n) for d, size in enumerate(sizes) for n in range(-(-size // CLUSTER))]
    if args.drop is not None:
        order.remove((0, args.drop))
    if args.shuffle:
        random.Random(7).shuffle(order)
    devices = [(name, size) for (name, _), size in zip(images, sizes)]
    if args.claim:
        devices[0] = (devices[0][0], args.claim)
    extra = []
    if args.twice is not None:
        extra.append((1, args.twice, NEEDLES))
    if args.strange:
        extra.append((200, 0, NEEDLES))
    if args.behind:
        extra.append((1, sizes[0] // CLUSTER + 9, NEEDLES))
    with open(args.out, "wb") as out:
        out.write(header(uuid, configs, devices))
        for i in range(0, len(order), PER_EXTENT):
            out.write(extent(uuid, [
                (d + 1, n, read_cluster(images[d][1], n, args.slack))
                for d, n in order[i:i + PER_EXTENT]]))
        if extra:
            out.write(extent(uuid, extra))


main()
