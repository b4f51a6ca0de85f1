# SPDX-License-Identifier: MIT
"""What inline assembly puts into a section."""

import pytest

from xref.facts.sections import section_entries


@pytest.mark.parametrize(
    ("source", "entries"),
    [
        (
            r'asm(".section	\".initcall5.init\", \"a\"	\n" "__initcall_net5:	\n" '
            r'".long	net_init - .	\n" ".previous	\n");',
            [(".initcall5.init", "__initcall_net5", "net_init")],
        ),
        # the stringification of ".initcall5" as tokens
        (r'asm(".section \"" ". initcall5" ".init" "\", \"a\"\n" ".long f\n");', [(".initcall5.init", "", "f")]),
        # #sec of DECLARE_PCI_FIXUP_FINAL(), where sec is .pci_fixup_final
        (r'asm(".section " ". pci_fixup_final" ", \"a\"\n" ".long f - .\n");', [(".pci_fixup_final", "", "f")]),
        (r'__asm__(".pushsection .rodata.x; one: .quad a; two: .quad b; .popsection; .quad c");', [
            (".rodata.x", "one", "a"),
            (".rodata.x", "two", "b"),
        ]),
        ('asm("call f");', []),
        (r'asm(".section .x\n" : : "i" (f));', []),
        ('x.asm(".section .x\\n.long f");', []),
    ],
)  # fmt: skip
def test_entries(source: str, entries: list[tuple[str, str, str]]) -> None:
    assert [entry[1:] for entry in section_entries(source.encode())] == entries
