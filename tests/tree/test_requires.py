# SPDX-License-Identifier: MIT
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xref.tree.kconfig import Entry, Expr, Kconfig, Symbol
from xref.tree.options import read_options
from xref.tree.requires import requirements
from xref.tree.root import open_tree


def needs(root: Path, kconfig: str) -> dict[str, str]:
    """What the options of a Kconfig file need, without ``CONFIG_``."""
    for path, content in {"kernel/x.c": "", "Makefile": "VERSION = 6\nPATCHLEVEL = 1\n", "Kconfig": kconfig}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    found = read_options(open_tree(root), "x86").requires
    return {k.removeprefix("CONFIG_"): " ".join(v).replace("CONFIG_", "") for k, v in found.items()}


def test_what_is_depended_on_through_menus_and_others(tmp_path: Path) -> None:
    found = needs(
        tmp_path,
        'config PCI\n\tbool "PCI"\n'
        'menu "Drivers"\n\tdepends on PCI\n'
        'config AGP\n\ttristate "AGP"\nif AGP\nconfig AGP_INTEL\n\ttristate "Intel" if !OLD\nendif\nendmenu\n'
        'config OLD\n\tbool "Old"\n',
    )
    assert found == {"AGP": "PCI", "AGP_INTEL": "!OLD AGP PCI"}


def test_words_of_an_architecture(tmp_path: Path) -> None:
    found = needs(
        tmp_path,
        'config 64BIT\n\tbool "64-bit kernel" if "$(ARCH)" = "x86"\n'  # arch/x86/Kconfig
        "config X86_32\n\tdef_bool y\n\tdepends on !64BIT\n"
        "config X86_64\n\tdef_bool y\n\tdepends on 64BIT\n"
        'config IA32_EMULATION\n\tbool "IA32"\n\tdepends on X86_64\n'
        'config X86_X32_ABI\n\tbool "x32"\n\tdepends on X86_64\n'
        "config COMPAT\n\tdef_bool y\n\tdepends on IA32_EMULATION || X86_X32_ABI\n",
    )
    assert found["X86_32"] == "!64BIT"
    assert found["X86_64"] == "64BIT"
    assert found["COMPAT"] == "64BIT X86_64", "what both sides of || have in common"


def test_who_is_selected_has_what_the_selecting_one_has(tmp_path: Path) -> None:
    found = needs(
        tmp_path,
        'config NET\n\tbool "net"\nconfig OF\n\tbool "of"\n'
        'config HIDDEN\n\tbool\nconfig SHOWN\n\tbool "shown"\n\tdepends on OF\n'
        'config USER\n\tbool "user"\n\tdepends on NET\n\tselect HIDDEN\n\tselect SHOWN\n',
    )
    assert found["HIDDEN"] == "NET USER"
    assert "SHOWN" not in found, "USER selects it whatever it depends on"


def test_a_tristate_may_be_a_module_of_two_where_it_is_not_wanted(tmp_path: Path) -> None:
    found = needs(
        tmp_path,
        'config ONE\n\ttristate "1"\nconfig OTHER\n\ttristate "2"\n\tdepends on !ONE\nconfig RT\n\tbool "rt"\n'
        'config I915\n\ttristate "i915"\n\tdepends on !(RT || ONE)\n',
    )
    assert found == {"I915": "!RT"}, "!ONE is m where ONE is"


@pytest.mark.parametrize(("type_", "expected"), [("bool", {"NONE": "!FULL", "FULL": "!NONE"}), ("tristate", {})])
def test_of_a_choice_one_at_most(tmp_path: Path, type_: str, expected: dict[str, str]) -> None:
    kconfig = f'choice\n\tprompt "Preemption"\nconfig NONE\n\t{type_} "no"\nconfig FULL\n\t{type_} "all"\nendchoice\n'
    assert needs(tmp_path, kconfig + 'config BESIDE\n\tbool "beside"\n\tselect NONE\n') == expected


def test_nothing_is_known_where_a_file_is_missing(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\nconfig B\n\tbool "b"\n\tdepends on A\n'
    assert needs(tmp_path, kconfig) == {"B": "A"}
    assert needs(tmp_path, kconfig + 'source "nowhere/Kconfig"\n') == {}, "B may be selected there"


NAMES = "ABCDEF"
EXPRESSIONS = st.recursive(
    st.sampled_from(NAMES) | st.booleans() | st.none(),
    lambda e: st.tuples(st.sampled_from(["&&", "||"]), e, e) | st.tuples(st.just("!"), e),
    max_leaves=4,
)


@st.composite
def kconfigs(draw: st.DrawFn) -> Kconfig:
    """Six bool options without prompts, set by what they depend on, by default and by others."""
    symbols = {}
    for name in NAMES:
        depends = draw(st.lists(EXPRESSIONS, max_size=1))
        defaults = [(draw(EXPRESSIONS), draw(EXPRESSIONS))]
        selects = [(draw(st.sampled_from(NAMES)), draw(EXPRESSIONS))] if draw(st.booleans()) else []
        symbols[name] = Symbol("bool", [Entry(depends, [], defaults, selects)])
    return Kconfig(symbols, (), True)


def holds(e: Expr, on: frozenset[str], unknown: bool) -> bool:
    """The value of an expression where the options ``on`` are set."""
    if e is None or isinstance(e, bool):
        return unknown if e is None else e
    if isinstance(e, str):
        return e in on
    if len(e) == 2:
        return not holds(e[1], on, unknown)
    both = holds(e[1], on, unknown), holds(e[2], on, unknown)
    return all(both) if e[0] == "&&" else any(both)


@settings(max_examples=150, deadline=None)
@given(kconfigs(), st.frozensets(st.sampled_from(NAMES)), st.booleans())
def test_no_configuration_lacks_what_is_said_to_be_needed(kconfig: Kconfig, on: frozenset[str], unknown: bool) -> None:
    def supported(name: str) -> bool:
        entries = kconfig.symbols[name].entries
        by_default = any(all(holds(e, on, unknown) for e in (*entry.depends, *entry.defaults[0])) for entry in entries)
        selected = any(
            other in on and target == name and all(holds(e, on, unknown) for e in (condition, *entry.depends))
            for other, symbol in kconfig.symbols.items()
            for entry in symbol.entries
            for target, condition in entry.selects
        )
        return by_default or selected

    if not all(supported(name) for name in on):
        return  # no configuration that Kconfig would make
    found = requirements(kconfig)
    for name in on:
        for literal in found.get(name, ()):
            assert (literal[1:] not in on) if literal[0] == "!" else literal in on
