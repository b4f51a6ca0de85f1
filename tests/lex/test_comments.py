# SPDX-License-Identifier: MIT
"""Comments go, every byte stays where it is; gcc says what a comment is."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.lex.comments import blank_comments, blank_continuations
from xref.lex.tokens import tokenize

FIXTURES = Path(__file__).parents[2] / "fixtures"
GCC = shutil.which("gcc")

pieces = st.sampled_from(
    [b"/*", b"*/", b"//", b'"', b"'", b"\\", b"\n", b"\r\n", b"\\\n", b"*", b"/", b" ", b"ab", b"\xe9"]
)
c_like = st.lists(pieces, max_size=30).map(b"".join)


@pytest.mark.parametrize(
    ("source", "blanked"),
    [
        (b"a /* b */ c", b"a         c"),
        (b"a /* b\n * c\n */ d", b"a     \n    \n    d"),
        (b"a // b\nc", b"a     \nc"),
        (b"#define f() a /* b \\\n c */ \\\n d", b"#define f() a      \\\n      \\\n d"),
        (b"a // b \\\nstill b\nc", b"a       \n       \nc"),
        (b"a // b \\\r\nstill b\nc", b"a        \n       \nc"),
        (b'"/* no */" /* yes */', b'"/* no */"          '),
        (b'"a\\"/*" /* b */', b'"a\\"/*"        '),
        (b"'\"' /* b */ '\"'", b"'\"'         '\"'"),
        (b"'\\'' // b", b"'\\''     "),
        (b'"http://x" // y', b'"http://x"     '),
        (b'"one \\\n // two" // y', b'"one \\\n // two"     '),
        (b"/* a /* b */ c */", b"             c */"),  # comments do not nest
        (b"a /**/ b /***/ c", b"a      b       c"),
        (b"/*/ a */ b", b"         b"),
        (b"a / *b*/ c", b"a / *b*/ c"),
        (b"a /* never closed\nb", b"a /* never closed\nb"),
        (b"#error don't\nint a; /* b */", b"#error don't\nint a;        "),
        (b"", b""),
    ],
)
def test_comments_become_blanks_and_literals_stay(source: bytes, blanked: bytes) -> None:
    assert blank_comments(source) == blanked


@given(st.one_of(st.binary(max_size=120), c_like))
@settings(max_examples=300, deadline=None)
def test_every_byte_stays_where_it_is(source: bytes) -> None:
    blanked = blank_comments(source)
    assert len(blanked) == len(source)
    assert all(b == s or (b == 0x20 and s != 0x0A) for b, s in zip(blanked, source, strict=True))
    assert blank_comments(blanked) == blanked


@pytest.mark.skipif(GCC is None, reason="no compiler")
@pytest.mark.parametrize("kernel", ["linux-2.6", "linux-3.7", "linux-6.12"])
def test_what_is_left_is_what_the_compiler_leaves(kernel: str) -> None:
    """``-fpreprocessed`` makes gcc remove comments and do nothing else."""
    assert GCC is not None
    for path in sorted((FIXTURES / kernel).rglob("*.c")):
        source = path.read_bytes()
        done = subprocess.run(
            [GCC, "-fpreprocessed", "-dD", "-E", "-P", "-x", "c", "-"], input=source, capture_output=True, check=True
        )
        ours, theirs = (
            [t for t in tokenize(text.decode("latin-1")) if t != "\\"] for text in (blank_comments(source), done.stdout)
        )
        assert ours == theirs, path


@pytest.mark.parametrize(
    ("code", "joined"),
    [
        (b"EVENT(class, \\\n name);", b"EVENT(class,  \n name);"),
        (b"EVENT(class, \\\r\n name);", b"EVENT(class,   \n name);"),
        (b'f("a \\\n b", \\\n c);', b'f("a \\\n b",  \n c);'),
        (b"f('\\'', \\\n c);", b"f('\\'',  \n c);"),
        (b"f('\\\\', 1);\n", b"f('\\\\', 1);\n"),
        (b"a \\ b\n", b"a \\ b\n"),
    ],
)
def test_lines_are_joined_outside_literals(code: bytes, joined: bytes) -> None:
    assert blank_continuations(code) == joined
    assert len(joined) == len(code)
