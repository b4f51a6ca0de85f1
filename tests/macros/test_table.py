# SPDX-License-Identifier: MIT
"""Which definition of a macro is meant in a file."""

from .defs import table


def bodies(files: dict[str, str], file: str, name: str, constants: dict[str, bool] | None = None) -> list[str]:
    return [m.body for m in table(files, constants).view(file).candidates(name)]


def test_the_file_s_own_definition_comes_first_and_alone() -> None:
    files = {"include/linux/a.h": "#define f(x) header(x)\n", "net/a.c": "#include <linux/a.h>\n#define f(x) own(x)\n"}
    assert bodies(files, "net/a.c", "f") == ["own(x)"]
    assert bodies(files | {"net/b.c": ""}, "net/b.c", "f") == ["header(x)"]


def test_of_two_headers_the_one_that_is_included() -> None:
    files = {
        "drivers/net/a/a.h": "#define REG(x) a(x)\n",
        "drivers/net/b/b.h": "#define REG(x) b(x)\n",
        "drivers/net/a/main.c": '#include "a.h"\n',
        "drivers/net/c/main.c": "",
    }
    assert bodies(files, "drivers/net/a/main.c", "REG") == ["a(x)"]
    assert bodies(files, "drivers/net/c/main.c", "REG") == []


def test_of_two_common_headers_the_one_that_is_included() -> None:
    files = {
        "include/linux/a.h": "#define REG(x) a(x)\n",
        "include/linux/b.h": "#define REG(x) b(x) + more\n",
        "net/a.c": "#include <linux/a.h>\n",
    }
    assert bodies(files, "net/a.c", "REG") == ["a(x)"]


def test_inclusion_is_transitive() -> None:
    files = {
        "net/x/c.h": "#define f(x) c(x)\n",
        "net/x/b.h": '#include "c.h"\n',
        "net/x/a.c": '#include "b.h"\n',
        "net/y/c.h": "#define f(x) other(x)\n",
    }
    assert bodies(files, "net/x/a.c", "f") == ["c(x)"]


def test_another_file_s_c_macros_are_its_own() -> None:
    files = {"net/a.c": "#define f(x) a(x)\n", "net/b.c": "int x;\n", "net/c.c": '#include "a.c"\n'}
    assert bodies(files, "net/b.c", "f") == []
    assert bodies(files, "net/c.c", "f") == ["a(x)"]


def test_a_program_does_not_see_another_program_s_headers() -> None:
    files = {
        "tools/perf/util.h": "#define f(x) perf(x)\n",
        "tools/perf/a.c": '#include "util.h"\n',
        "include/linux/a.h": "#define g(x) kernel(x)\n",
        "net/a.c": "",
    }
    assert bodies(files, "net/a.c", "f") == []
    assert bodies(files, "tools/perf/a.c", "f") == ["perf(x)"]
    assert bodies(files, "tools/perf/a.c", "g") == []


def test_all_arms_stay_the_fullest_first() -> None:
    files = {
        "include/linux/a.h": "#ifdef CONFIG_A\n#define hook(x) do_hook(x)\n#else\n#define hook(x) 0\n#endif\n",
        "net/a.c": "#include <linux/a.h>\n",
    }
    assert bodies(files, "net/a.c", "hook") == ["do_hook(x)", "0"]
    assert bodies(files, "net/a.c", "hook", {"CONFIG_A": True}) == ["do_hook(x)"]
    assert bodies(files, "net/a.c", "hook", {"CONFIG_A": False}) == ["0"]


def test_equal_definitions_are_one() -> None:
    files = {"include/linux/a.h": "#ifdef CONFIG_A\n#define f(x) g(x)\n#else\n#define f(x) g(x)\n#endif\n"}
    assert bodies(files, "include/linux/a.h", "f") == ["g(x)"]


def test_a_macro_that_its_file_undefines_is_private() -> None:
    files = {
        "include/linux/a.h": "#define TMP(x) t(x)\nint y = TMP(1);\n#undef TMP\n#define KEPT(x) k(x)\n",
        "net/a.c": "#include <linux/a.h>\n",
    }
    assert bodies(files, "net/a.c", "TMP") == []
    assert bodies(files, "net/a.c", "KEPT") == ["k(x)"]
    assert bodies(files, "include/linux/a.h", "TMP") == ["t(x)"]


def test_stubs_do_not_count_as_readings() -> None:
    files = {
        "net/a.c": "#ifdef CONFIG_A\n#define T(x) a(x)\n#elif CONFIG_B\n#define T(x) b\n#else\n#define T(x)\n#endif\n"
    }
    view = table(files).view("net/a.c")
    assert view.variants("T") == 2
    assert [m.body for k in range(4) if (m := view.variant("T", k)) is not None] == ["a(x)", "b", "b", "b"]
    assert view.variant("nothing", 0) is None
    assert view.get("nothing") is None


def test_what_no_configuration_allows_is_not_in_the_table() -> None:
    t = table(
        {"net/a.c": "#if 0\n#define f(x) x\n#endif\n#ifdef __ASSEMBLY__\n#define g(x) x\n#endif\n#define h(x) x\n"}
    )
    assert [name in t for name in "fgh"] == [False, False, True]
    assert t.all("f") == ()
