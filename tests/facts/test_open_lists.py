# SPDX-License-Identifier: MIT
"""Initialisers whose elements only the preprocessor can tell apart, and objects that macros declare."""

from __future__ import annotations

import pytest

from .sources import calls, facts_of, registrations

MACROS = """\
#define PM(x) x
#define SLEEP_OPS(s, r) \\
	.suspend = PM(s), \\
	.resume = PM(r),
#ifdef CONFIG_PM
#define SET_SLEEP_OPS(s, r) \\
	SLEEP_OPS(s, r)
#else
#define SET_SLEEP_OPS(s, r)
#endif
#define SET_RUNTIME_OPS(s, r) \\
	.runtime_suspend = s, \\
	.runtime_resume = r,
#define COMMON .tx = dev_tx, .start = dev_start,
#define BIAS(n) .name = n, .pins =
"""


def held(source: str) -> set[tuple[str, str]]:
    """Path and value of all that the objects of a source are initialised with."""
    return {(path, value) for _, path, value, _ in registrations(facts_of(MACROS + source))}


def test_macros_that_end_in_a_comma_follow_one_another():
    # SET_RUNTIME_PM_OPS(...) SET_SYSTEM_SLEEP_PM_OPS(...)   sound/soc/tegra/tegra30_i2s.c
    assert held("struct ops a = {\n\tSET_RUNTIME_OPS(ra, rb)\n\tSET_SLEEP_OPS(sa, sb)\n};\n") == {
        (".runtime_suspend", "ra"),
        (".runtime_resume", "rb"),
        (".suspend", "PM ( sa )"),
        (".resume", "PM ( sb )"),
    }


def test_a_member_follows_a_macro_that_ends_in_a_comma():
    # HWSIM_COMMON_OPS before .sw_scan_start =   drivers/net/wireless/virtual/mac80211_hwsim.c
    assert held("struct ops b = {\n\tCOMMON\n\t.stop = dev_stop,\n};\n") == {
        (".tx", "dev_tx"),
        (".start", "dev_start"),
        (".stop", "dev_stop"),
    }


def test_what_a_macro_names_itself_has_no_place_behind_another_member():
    # .init_box = f, MMIO_UNCORE_COMMON_OPS(),   arch/x86/events/intel/uncore_snb.c
    assert held("struct ops b = {\n\t.stop = dev_stop,\n\tSET_RUNTIME_OPS(ra, rb)\n};\n") == {
        (".stop", "dev_stop"),
        (".runtime_suspend", "ra"),
        (".runtime_resume", "rb"),
    }


def test_braces_follow_a_macro_that_ends_in_an_assignment():
    # { PINMUX_BIAS_REG("PUEN0", 0xe6060400, "PUD0", 0xe6060440) { ... } }   drivers/pinctrl/renesas
    source = 'struct bias c[] = {\n\t{ BIAS("x") { [0] = 1, [1] = 2 } },\n\t{ BIAS("y") { 3 } },\n};\n'
    assert held(source + "struct ops d = { .get = bias_get };\n") == {(".get", "bias_get")}


@pytest.mark.parametrize("value", ["foo_set_t", "&foo_set_t", "foo_t"])
def test_a_lone_name_is_a_value_whatever_it_ends_in(value):
    # .read = mon_text_read_t   drivers/usb/mon/mon_text.c
    assert held(f"struct ops d = {{ .set = {value} }};\n") == {(".set", value)}


def test_an_argument_in_braces_costs_no_other_object():
    # NOT_PRESENT_ENTRY_PATH("\\\\_SB_.ADP1", INTEL_ATOM_AIRMONT, { DMI_MATCH(...), }),   drivers/acpi/x86/utils.c
    entry = '\tENTRY("1", f(2), {\n\t\tMATCH(1, "x"),\n\t}),\n'
    source = f"#define ENTRY(id, n, m...) {{ id, n, {{ {{ .match = m }} }} }}\nstruct e t[] = {{\n{entry * 3}}};\n"
    assert (".get", "g") in held(source + "struct ops d = { .get = g };\n")


@pytest.mark.parametrize(
    ("maker", "name", "decl"),
    [
        ("#define OFFSETS(t) static const struct pkt dummy_##t##_packet_offsets[]\nOFFSETS(vlan)", None, None),
        (
            "#define DECLARE(n, bits) unsigned long n[(((bits) + (sizeof(long) * 8)) - 1) / (sizeof(long) * 8)]\n"
            "static const DECLARE(info_regs, 64)",
            "info_regs",
            "unsigned long info_regs[]",
        ),
    ],
)
def test_an_object_whose_declaration_is_longer_than_what_makes_it(maker, name, decl):
    # ICE_DECLARE_PKT_OFFSETS(vlan) = { ... }   drivers/net/ethernet/intel/ice/ice_switch.c
    facts = facts_of(f"{maker} = {{\n\t{{ 1, 12 }},\n}};\nstruct ops d = {{ .get = g }};\n")
    first, second = facts.objects
    assert (first.name, first.decl) == (
        name or "dummy_vlan_packet_offsets",
        decl or "struct pkt dummy_vlan_packet_offsets[]",
    )
    assert (second.name, second.decl) == ("d", "struct ops d")


def test_a_macro_that_is_several_elements():
    # static k_handler_fn *k_handler[16] = { K_HANDLERS };   drivers/tty/vt/keyboard.c
    macros = "#define HANDLERS \\\n\tk_self, k_fn, \\\n\tk_spec\n#define PAIR(f) f##_get, f##_set\n"
    assert held(macros + "fn *table[] = { HANDLERS };\nfn *more[] = { first, PAIR(a) };\n") == {
        ("#0", "k_self"),
        ("#1", "k_fn"),
        ("#2", "k_spec"),
        ("#0", "first"),
        ("#1", "a_get"),
        ("#2", "a_set"),
    }


def test_what_ends_in_a_comma_elsewhere_does_not_here():
    # N(UP) N(DOWN) N(REBOOT), cases of a switch in net/core/dev.c; N is an element of a list in other files
    source = (
        "#define N(val) case NETDEV_##val: return #val;\nconst char *f(int cmd)\n{\n\tswitch (cmd) {\n"
        "\tN(UP) N(DOWN) N(REBOOT)\n\tN(GONE)\n\t}\n#undef N\n\treturn 0;\n}\nstruct ops o = { .open = g };\n"
    )
    facts = facts_of(source, {"include/linux/n.h": "#define N(x) x,\n"})
    assert [(path, value) for _, path, value, _ in registrations(facts)] == [(".open", "g")]
    assert facts.error_bytes == 0


def test_members_that_a_macro_is_given():
    # RH_KABI_REPLACE(...) without a semicolon in struct proto_ops of RHEL 7's include/linux/net.h
    facts = facts_of(
        "#define __rcu\n#define KABI_REPLACE(orig, new) union { new; struct { orig; } hidden; };\n"
        "#define KABI_EXTEND(new) new;\n"
        "#define KABI_USE(n, new) new;\nstruct proto_ops {\n\tint family;\n\tint (*send)(struct sock *sk);\n"
        "\tKABI_REPLACE(void\t(*peek)(struct sock *sk, int val),\n\t\t     int (*peek)(struct sock *sk, int val))\n"
        "\tKABI_USE(1, struct sock __rcu *sk)\n\tKABI_EXTEND(int\t(*peek_len)(struct socket *sock))\n};\n"
        "struct proto_ops o = { .send = g };\nvoid f(int a, int b)\n{\n\tWARN_ON(a * b);\n\th();\n}\n"
    )
    assert calls(facts, "f") == ["WARN_ON", "h"]  # no member, whatever its argument looks like
    (record,) = facts.records
    assert [f.name for f in record.fields] == ["family", "send", "peek", "peek", "sk", "peek_len"]
    assert [(path, value) for _, path, value, _ in registrations(facts)] == [(".send", "g")]
