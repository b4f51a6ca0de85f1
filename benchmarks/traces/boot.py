# SPDX-License-Identifier: MIT
"""Boots a kernel under QEMU and keeps what function_graph sees of some 500 system calls, as a truth for an export.

    python benchmarks/traces/boot.py VMLINUZ MODULES OUT [--vmlinux FILE] [--raw FILE]

``VMLINUZ`` and ``MODULES`` (``lib/modules/VERSION``) are as a distribution's package of the kernel holds them; the
kernel needs the function graph tracer and what it boots a disk in memory with. ``OUT`` gets ``trace_NAME.tsv`` (caller,
callee, kind) for each call and ``traceable.txt``, the functions that the kernel could have traced: what is not among
them may have been inlined. With the kernel's unpacked image (``scripts/extract-vmlinux``) the kind says how the machine
code makes the call. Needs a C compiler with a static C library, busybox, cpio, depmod, mkfs.ext4, objdump and
qemu-system-x86_64; two to three minutes without hardware's help.
"""

from __future__ import annotations

import argparse
import lzma
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from machine import Image

MODULES = (
    "kernel/crypto/crc32c_generic.ko kernel/fs/ext4/ext4.ko kernel/fs/overlayfs/overlay.ko "
    "kernel/drivers/block/loop.ko "
    "kernel/drivers/net/dummy.ko kernel/drivers/net/veth.ko kernel/drivers/net/tun.ko kernel/crypto/af_alg.ko "
    "kernel/arch/x86/kernel/cpuid.ko"
).split()
"""What the calls need and kernels have as modules; names without a file are taken for built in."""

PROBE = "kernel/drivers/block/brd.ko"
"""The module that a call to finit_module loads."""

SETUP = """\
for m in {modules}; do /bin/busybox insmod /lib/$m; done
/bin/busybox ifconfig lo 127.0.0.1 up
/bin/busybox mknod /dev/loop0 b 7 0
/bin/busybox mknod /dev/loop1 b 7 1
/bin/busybox losetup /dev/loop0 /disk1.img
/bin/busybox mkdir -p /ext4
/bin/busybox mount -t ext4 /dev/loop0 /ext4
"""

_LINE = re.compile(r"(?P<indent> *)(?P<name>[\w.$]+)(?: \[\w+\])?\(\)(?P<end>;| \{)")
_CLOSE = re.compile(r"(?P<indent> *)\}")


def edges(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Who called whom, from the indented text of function_graph; what was called before its first line has no name."""
    stack: list[str] = []
    for line in lines:
        call = _LINE.match(line)
        if call is not None:
            depth = len(call["indent"]) // 2
            name = call["name"].split(".")[0]
            del stack[depth:]
            if len(stack) == depth and stack:
                yield stack[-1], name
            if call["end"] == " {":
                stack += [""] * (depth - len(stack))
                stack.append(name)
        elif (closing := _CLOSE.match(line)) is not None:
            del stack[len(closing["indent"]) // 2 :]


def with_needs(modules: Path, names: Iterable[str]) -> list[Path]:
    """The files of modules, each behind those that it needs (``modules.dep``)."""
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        name, _, rest = line.partition(":")
        needs[name.removesuffix(".xz").removesuffix(".zst")] = [name, *rest.split()]
    order: list[Path] = []
    for name in names:
        order += [modules / path for path in reversed(needs.get(name, ())) if modules / path not in order]
    return order


def plain(module: Path) -> bytes:
    """A module as the kernel loads it."""
    packed = module.read_bytes()
    return lzma.decompress(packed) if module.suffix == ".xz" else packed


def initramfs(folder: Path, modules: Path) -> Path:
    """The disk in memory that the kernel boots."""
    root = folder / "root"
    for name in ("bin", "lib"):
        (root / name).mkdir(parents=True)
    guest = Path(__file__).with_name("guest.c")
    subprocess.run(["cc", "-O1", "-static", "-w", "-o", root / "init", guest], check=True)
    busybox = shutil.which("busybox")
    if busybox is None:
        sys.exit("no busybox here")
    shutil.copy(busybox, root / "bin/busybox")
    (root / "bin/sh").symlink_to("busybox")
    if not (modules / "modules.dep").exists():
        subprocess.run(["depmod", "-b", modules.parents[2], modules.name], check=True)
    files = with_needs(modules, MODULES)
    for number, path in enumerate(files):
        (root / f"lib/{number}").write_bytes(plain(path))
    for path in with_needs(modules, [PROBE]):
        (root / "probe.ko").write_bytes(plain(path))
    (root / "setup.sh").write_text(SETUP.format(modules=" ".join(map(str, range(len(files))))))
    for name in ("disk1.img", "disk2.img"):
        with (root / name).open("wb") as image:
            image.truncate(24 << 20)
        subprocess.run(["/sbin/mkfs.ext4", "-q", root / name], check=True)
    archive = folder / "initramfs"
    listing = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    with archive.open("wb") as out:
        subprocess.run(
            ["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=listing.encode(), stdout=out, check=True
        )
    return archive


def boot(kernel: Path, archive: Path, raw: Path, seconds: int) -> None:
    """Runs the kernel until it has switched itself off."""
    command = ["qemu-system-x86_64", "-m", "1G", "-smp", "1", "-cpu", "max", "-accel", "tcg"]
    command += ["-kernel", kernel, "-initrd", archive, "-debugcon", f"file:{raw}", "-nographic", "-no-reboot"]
    command += ["-append", "console=ttyS0 quiet panic=-1 nokaslr mitigations=auto"]
    with raw.with_suffix(".console").open("wb") as console:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=console, timeout=seconds, check=True)


def sections(raw: Path) -> Iterator[tuple[str, list[str]]]:
    """The parts of what the guest wrote."""
    name, lines = "", list[str]()
    with raw.open(encoding="utf-8", errors="replace") as text:
        for line in text:
            if line.startswith("=== "):
                yield name, lines
                name, lines = line[4:].strip(), []
            else:
                lines.append(line)
    yield name, lines


def write(raw: Path, out: Path, vmlinux: Path | None) -> None:
    """The truth's files."""
    image = None
    if vmlinux is not None:
        image = Image(vmlinux, next(lines for name, lines in sections(raw) if name == "symbols"))
    out.mkdir(parents=True, exist_ok=True)
    calls = found = 0
    distinct = set[tuple[str, str]]()
    for name, lines in sections(raw):
        if name == "traceable":
            (out / "traceable.txt").write_text(
                "".join(sorted({line.split()[0] + "\n" for line in lines if line.strip()}))
            )
        elif name and name not in ("symbols", "end"):
            here = sorted(set(edges(lines)))
            here = [edge for edge in here if all(edge)]
            calls += 1
            found += bool(here)
            distinct |= set(here)
            rows = "".join(
                f"{caller}\t{callee}\t{image.kind(caller, callee) if image else ''}\n" for caller, callee in here
            )
            (out / f"trace_{name}.tsv").write_text("caller\tcallee\tkind\n" + rows)
            if not here:
                print(f"nothing was traced of {name}")
    print(f"{found} of {calls} calls traced, {len(distinct)} distinct edges")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kernel", type=Path, metavar="VMLINUZ")
    parser.add_argument("modules", type=Path, metavar="MODULES")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--vmlinux", type=Path, help="the kernel's image, unpacked: tells direct calls from others")
    parser.add_argument("--raw", type=Path, help="keep what the guest wrote, or read what is kept")
    parser.add_argument("--seconds", type=int, default=1800, help="how long the kernel may take")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = given.raw or Path(folder) / "raw"
        if not raw.exists():
            boot(given.kernel, initramfs(Path(folder), given.modules), raw, given.seconds)
        write(raw, given.out, given.vmlinux)


if __name__ == "__main__":
    main()
