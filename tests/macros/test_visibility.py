# SPDX-License-Identifier: MIT
"""Where an ``#include`` leads."""

import posixpath

import pytest

from xref.lex.model import Include
from xref.macros.visibility import IncludeGraph, _joined

FILES = [
    "include/linux/net.h", "include/uapi/linux/net.h", "include/uapi/linux/if.h", "include/asm-generic/bug.h",
    "arch/x86/include/asm/page.h", "include/asm-generic/page.h", "arch/x86/include/uapi/asm/unistd.h",
    "net/ipv4/udp_impl.h", "net/ipv4/udp.c", "net/core/dev.h", "drivers/gpu/drm/amd/include/reg.h",
    "drivers/gpu/drm/amd/main.c", "net/linux/net.h",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "angled", "found"),
    [
        ("linux/net.h", True, "include/linux/net.h"),
        ("linux/if.h", True, "include/uapi/linux/if.h"),
        ("asm/page.h", True, "arch/x86/include/asm/page.h"),  # the architecture's before the generic one
        ("asm/bug.h", True, "include/asm-generic/bug.h"),
        ("asm/unistd.h", True, "arch/x86/include/uapi/asm/unistd.h"),
        ("udp_impl.h", False, "net/ipv4/udp_impl.h"),
        ("./udp_impl.h", False, "net/ipv4/udp_impl.h"),
        ("../core/dev.h", False, "net/core/dev.h"),
        ("udp_impl.h", True, None),  # <x> is not looked up beside the includer
        ("generated/autoconf.h", True, None),
        ("../../../../../etc/passwd", False, None),
    ],
)
def test_an_include_is_found_as_the_compiler_finds_it(path: str, angled: bool, found: str | None) -> None:
    graph = IncludeGraph(dict.fromkeys(FILES, ()), "x86")
    assert graph.resolve("net/ipv4/udp.c", Include(path, angled, 1, "")) == found


def test_flags_of_the_folder_come_first() -> None:
    graph = IncludeGraph(dict.fromkeys(FILES, ()), "x86", {"drivers/gpu/drm/amd": ("drivers/gpu/drm/amd/include",)})
    assert graph.resolve("drivers/gpu/drm/amd/main.c", Include("reg.h", True, 1, "")) == FILES[10]
    assert graph.resolve("net/ipv4/udp.c", Include("reg.h", True, 1, "")) is None


NOUVEAU = {
    "nouveau/nvkm/base.c": (Include("core/os.h", True, 1, ""),),
    "nouveau/include/nvkm/core/os.h": (Include("nvif/os.h", True, 1, ""),),
    "nouveau/include/nvif/os.h": (),
    "nouveau/regs/a.h": (Include("nvif/os.h", True, 1, ""),),
    "other/base.c": (Include("nvif/os.h", True, 1, ""),),
    "other/base.h": (Include("nvif/os.h", True, 1, ""),),
    "include/linux/a.h": (Include("nvif/os.h", True, 1, ""),),
}
NOUVEAU_DIRS = {
    "": ("include",),
    "nouveau": ("nouveau/include", "nouveau/include/nvkm"),
    "nouveau/nvkm": ("nouveau/include", "nouveau/include/nvkm"),
}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("nouveau/include/nvkm/core/os.h", True),  # stands below what nouveau/nvkm has among its flags
        ("nouveau/regs/a.h", True),  # stands below a folder that has them
        ("other/base.h", False),
        ("other/base.c", False),
        ("include/linux/a.h", False),  # a header of all: none has it from one driver
    ],
)
def test_flags_hold_in_the_headers_they_lead_to(header: str, found: bool) -> None:
    graph = IncludeGraph(NOUVEAU, "x86", NOUVEAU_DIRS)
    assert graph.direct(header) == (("nouveau/include/nvif/os.h",) if found else ())
    assert graph.sees("nouveau/nvkm/base.c", "nouveau/include/nvif/os.h")


def test_a_shared_folder_that_is_searched_lends_itself() -> None:
    # include/drm/ttm/ttm_lock.h of 4.10: #include <ttm/ttm_object.h>
    files = {
        "include/drm/ttm/lock.h": (Include("ttm/object.h", True, 1, ""), Include("own.h", True, 2, "")),
        "include/drm/ttm/object.h": (),
        "drv/own.h": (),
    }
    graph = IncludeGraph(files, "x86", {"drv": ("include/drm", "drv")})
    assert graph.direct("include/drm/ttm/lock.h") == ("include/drm/ttm/object.h",)


def test_what_is_lent_comes_last() -> None:
    files = {
        "drv/include/a.h": (Include("linux/x.h", True, 1, ""),), "drv/include/linux/x.h": (), "include/linux/x.h": (),
    }  # fmt: skip
    assert IncludeGraph(files, "x86", {"drv": ("drv/include",)}).direct("drv/include/a.h") == ("include/linux/x.h",)


def test_circles_end() -> None:
    graph = IncludeGraph(
        {
            "a.h": (Include("b.h", False, 1, ""),),
            "b.h": (Include("a.h", False, 1, ""), Include("gone.h", False, 2, "")),
        },
        "",
    )
    assert graph.closure("a.h") == {"a.h", "b.h"}
    assert graph.sees("a.h", "b.h")
    assert not graph.sees("a.h", "gone.h")
    assert graph.direct("b.h") == ("a.h",)
    assert graph.sees("unknown.c", "unknown.c")


@pytest.mark.parametrize(
    ("arch", "path", "found"),
    [
        ("x86_64", "asm/io.h", "include/asm-x86_64/io.h"),
        ("i386", "asm/io.h", "include/asm-i386/io.h"),
        ("i386", "asm/bug.h", "include/asm-generic/bug.h"),
        ("x86_64", "asm-i386/io.h", "include/asm-i386/io.h"),
        ("i386", "mach_apic.h", "include/asm-i386/mach-default/mach_apic.h"),
        ("powerpc", "asm/of.h", "include/asm-ppc/of.h"),
        ("um", "asm/arch/io.h", "include/asm-x86_64/io.h"),
        ("arm", "asm/io.h", "include/asm-generic/io.h"),
    ],
)
def test_headers_of_an_architecture_lay_in_include_once(arch: str, path: str, found: str) -> None:
    """2.6.20: a build makes include/asm a link to include/asm-ARCH."""
    files = [
        "include/asm-x86_64/io.h", "include/asm-i386/io.h", "include/asm-generic/io.h", "include/asm-generic/bug.h",
        "include/asm-i386/mach-default/mach_apic.h", "include/asm-ppc/of.h",
    ]  # fmt: skip
    graph = IncludeGraph(dict.fromkeys(files, ()), arch)
    assert graph.resolve("net/socket.c", Include(path, True, 1, "")) == found


@pytest.mark.parametrize("folder", ["", "a", "a/b", ".", "..", "../a", "a/../b", "a//b", "a/", "/a", "a/.b", ".a"])
@pytest.mark.parametrize(
    "path", ["", "b.h", "a/b.h", "./b.h", "../b.h", "a/../b.h", "a//b.h", "/b.h", "a/", ".b.h", "a..h"]
)
def test_paths_are_joined_as_the_compiler_does(folder: str, path: str) -> None:
    assert _joined(folder, path) == posixpath.normpath(posixpath.join(folder, path))
