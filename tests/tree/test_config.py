# SPDX-License-Identifier: MIT
from pathlib import Path

import pytest

from xref.errors import UsageError
from xref.tree.config import read_config


def test_lookup(tmp_path: Path) -> None:
    path = tmp_path / ".config"
    path.write_text(
        "#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_NET=y\nCONFIG_TUN=m\n# CONFIG_SMP is not set\n"
        'CONFIG_HZ=250\nCONFIG_LOCALVERSION="a \\"b\\""\nCONFIG_EMPTY=""\nCONFIG_OLD=n\nCONFIG_NET=y\nCONFIG_X=y\n'
        "# CONFIG_X is not set\n"
    )
    config = read_config(path)
    expected = {
        "CONFIG_NET": True,
        "CONFIG_NET=y": True,
        "CONFIG_NET=m": False,
        "CONFIG_TUN": True,
        "CONFIG_TUN=m": True,
        "CONFIG_TUN=y": False,
        "CONFIG_SMP": False,
        "CONFIG_SMP=y": False,
        "CONFIG_OLD": False,
        "CONFIG_X": False,
        "CONFIG_NEVER_HEARD_OF": False,
        "CONFIG_HZ": True,
        "CONFIG_EMPTY": True,
        "CONFIG_HZ > 100": True,
        "CONFIG_HZ == 250": True,
        "CONFIG_HZ >= 0xfb": False,
        "CONFIG_HZ < 1000UL": True,
        "CONFIG_NEVER_HEARD_OF > 0": False,
        "CONFIG_NET == 1": True,
        "CONFIG_LOCALVERSION == 1": None,
        "CONFIG_HZ > CONFIG_OTHER": None,
        "MODULE": None,
        "__LITTLE_ENDIAN": None,
        "BITS_PER_LONG == 64": None,
    }
    assert {name: config.lookup(name) for name in expected} == expected
    assert config.values["CONFIG_LOCALVERSION"] == 'a "b"'
    assert config.values["CONFIG_HZ"] == "250"


@pytest.mark.parametrize(
    "content", [b"", b"int main(void) { return 0; }\n", b"# nothing\n", b"\xff\xfe\x00", b"CONFIG_A=y\nhello\n"]
)
def test_what_is_no_config_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not a kernel configuration"):
        read_config(path)


def test_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read_config(path)
