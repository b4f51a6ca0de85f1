# SPDX-License-Identifier: MIT
"""An index file: what goes in comes out, and what is none is refused with a sentence that says what to run."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xref.errors import EXIT_NO_INDEX, IndexUnavailable
from xref.facts.model import FileFacts
from xref.store.database import SCHEMA_VERSION
from xref.store.reader import Reader
from xref.store.registrations import MACRO, TYPEDEF
from xref.store.rows import file_row
from xref.store.stored import decode_ids
from xref.store.writer import Writer

from ..facts.sources import facts_of

SOURCE = """\
#include <linux/net.h>
#define sk_prot __sk_common.skc_prot
#define CALL(f, ...) f(__VA_ARGS__)
typedef int (*fn_t)(void);
struct ops { int (*open)(struct file *f); struct inner in; };
static int my_open(struct file *f)
{
	int n = other(f);
	f->ops->open(f);
	f->handler = my_open;
	return n;
}
static const struct ops my_ops = { .open = my_open };
static struct ops second = { my_open };
EXPORT_SYMBOL_GPL(my_open);
"""


def written(path: Path, *facts: FileFacts, finish: bool = True) -> Path:
    writer = Writer(path)
    for number, f in enumerate(facts, 1):
        writer.add(number, file_row(f, 10, 20, b"hash", 0.0), program="kernel", guard="CONFIG_NET")
    writer.add_syscalls(
        [("x86", "64", 44, "sendto", "sys_sendto", "", "a.tbl", 3), ("arm", "", None, "x", "", "", "b", 1)]
    )
    if finish:
        writer.finish({"version": "6.12"})
    else:
        writer.abandon()
    return path


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    facts = facts_of(SOURCE, {"include/linux/export.h": "#define EXPORT_SYMBOL_GPL(x) extern int x\n"})
    opened = Reader(written(tmp_path / "i.db", facts, facts_of("int f(void)\n{\n\tother(1);\n}\n", path="net/b.c")))
    yield opened
    opened.close()


def test_files_come_back(reader: Reader) -> None:
    info = reader.file(1)
    assert (info.path, info.program, info.guard) == ("net/a.c", "kernel", "CONFIG_NET")
    assert reader.file_id("net/b.c") == 2
    assert reader.file_id("net/c.c") is None
    assert [f.path for f in reader.files_ending("a.c")] == ["net/a.c"]
    assert [f.path for f in reader.files_ending(".c")] == []
    assert [i.path for i in reader.includes()["net/a.c"]] == ["linux/net.h"]
    assert "net/b.c" in reader.includes()
    assert len(reader.includes()) == 2


def test_functions_come_back_with_their_bodies(reader: Reader) -> None:
    (f,) = reader.functions_named("my_open")
    assert (f.line, f.end_line, f.linkage, f.kind) == (6, 12, "static", "function")
    body = reader.body(f.id)
    assert [c.callee for c in body.calls] == ["other", "f->ops->open"]
    assert body == facts_of(SOURCE).functions[[x.name for x in facts_of(SOURCE).functions].index("my_open")].body
    assert reader.function(10_000) is None
    assert [f.kind for f in reader.functions_named("CALL")] == ["macro"]


def test_postings_find_who_mentions_a_name(reader: Reader) -> None:
    ids = {f.name: f.id for name in ("my_open", "f") for f in reader.functions_named(name)}
    assert reader.mentions("c", "other") == [ids["my_open"], ids["f"]]
    assert reader.mentions("m", "open") == [ids["my_open"]]
    assert reader.mentions("a", "handler") == [ids["my_open"]]
    assert reader.mentions("v", "my_open") == [ids["my_open"]]
    assert reader.mentions("c", "nobody") == []
    assert [r.tag for r in reader.records_by_row(reader.mentions("f", "open"))] == ["ops"]
    assert [r.tag for r in reader.records_by_row(reader.mentions("t", "inner"))] == ["ops"]


def test_types_objects_and_registrations_come_back(reader: Reader) -> None:
    (record,) = reader.records("ops")
    assert [f.name for f in record.fields] == ["open", "in"]
    assert reader.typedefs("fn_t")[0].decl == "int (*fn_t)(void)"
    assert [(o.name, o.linkage) for o in reader.objects("my_ops")] == [("my_ops", "static")]
    ((tag, path, brackets, rows),) = reader.registration_shapes("open")
    assert (tag, path, brackets) == ("ops", ".open", 0)
    assert [(r.object, r.name) for r in reader.registrations(decode_ids(rows))] == [("my_ops", "my_open")]
    assert [r.object for r in reader.registrations_of_name("my_open")] == ["my_ops", "second"]
    assert [r.object for r in reader.positional_registrations(["ops"])] == ["second"]
    assert [r.value for r in reader.registrations_of_object("my_ops")] == ["my_open"]
    assert len(list(reader.all_registrations())) == reader.count("registrations") == 2


def test_macros_come_back(reader: Reader) -> None:
    (alias,) = reader.macros("sk_prot")
    assert (alias.params, alias.body, alias.file, alias.line) == (None, "__sk_common.skc_prot", "net/a.c", 2)
    (call,) = reader.macros("CALL")
    assert (call.params, call.variadic, call.body) == (("f",), "__VA_ARGS__", "f(__VA_ARGS__)")


def test_a_macro_without_parameters_is_no_object_like_one(tmp_path: Path) -> None:
    reader = Reader(written(tmp_path / "i.db", facts_of("#define f() g()\n#define h g()\n")))
    assert [(m.name, m.params) for n in "fh" for m in reader.macros(n)] == [("f", ()), ("h", None)]
    reader.close()


def test_system_calls_come_back(reader: Reader) -> None:
    assert [(s.arch, s.number) for s in reader.syscalls()] == [("arm", -1), ("x86", 44)]
    assert [s.entry for s in reader.syscalls("sendto")] == ["sys_sendto"]


def test_names_by_prefix(reader: Reader) -> None:
    assert reader.similar_names("my") == ["my_open"]
    assert reader.similar_names("zz") == []


def test_a_reader_cannot_write(reader: Reader) -> None:
    with pytest.raises(sqlite3.OperationalError):
        reader._db.execute("DELETE FROM files")


def _foreign(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (x)")
    db.close()


def _other_version(path: Path) -> None:
    written(path)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()


def _truncated(path: Path) -> None:
    written(path, facts_of(SOURCE))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: None, "no index"),
        (lambda p: p.mkdir(), "is a folder"),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: p.write_bytes(b"SQLite format 3\0" + b"\0" * 200), "not an xref index"),
        (lambda p: p.write_text("hello " * 300), "not an xref index"),
        (_foreign, "not an xref index"),
        (_other_version, "another version"),
        (lambda p: written(p, facts_of(SOURCE), finish=False), "half written"),
        (_truncated, "damaged"),
    ],
    ids=["missing", "folder", "empty", "header", "text", "foreign", "version", "half", "truncated"],
)
def test_what_is_no_whole_index_is_refused(make: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    path = tmp_path / "i.db"
    make(path)
    with pytest.raises(IndexUnavailable, match=says) as e:
        Reader(path)
    assert str(path) in str(e.value)
    assert "xref index" in str(e.value)
    assert e.value.exit_code == EXIT_NO_INDEX


def test_nothing_is_written_while_reading(tmp_path: Path) -> None:
    path = written(tmp_path / "i.db", facts_of(SOURCE))
    before = path.read_bytes()
    reader = Reader(path)
    reader.functions_named("my_open")
    reader.close()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["i.db"]


def test_one_file_s_share_of_what_has_a_name(tmp_path: Path) -> None:
    text = (
        "struct ops { int (*open)(void); };\nint f(void)\n{\n\tstruct ops o = { .open = %s };\n\treturn use(&o);\n}\n"
    )
    facts = [facts_of(text % name, path=path) for name, path in (("g", "net/a.c"), ("g", "net/b.c"), ("h", "net/c.c"))]
    reader = Reader(written(tmp_path / "shares.db", *facts))
    assert [f.file_id for f in reader.functions_named_in("f", 2)] == [2]
    assert reader.functions_named_in("f", 4) == []
    assert [r.file_id for r in reader.registrations_naming("g")] == [1, 2]
    assert [r.file_id for r in reader.registrations_naming("g", 2)] == [2]
    assert [(r.function, r.value) for r in reader.registrations_inside(3)] == [("f", "h")]
    reader.close()


def test_what_is_asked_at_once_is_what_is_asked_one_by_one(reader: Reader) -> None:
    reader.expect_tags(["ops", "fn_t", "nothing"])
    assert [name for name in ("ops", "fn_t", "nothing", "inner") if reader.is_tag(name)] == ["ops"]
    reader.expect_functions([f.id for f in reader.functions_named("my_open")])
    assert reader.functions_named("my_open")[0] == reader.function(reader.functions_named("my_open")[0].id)


def test_what_else_than_a_tag_a_name_can_be(tmp_path: Path) -> None:
    source = "typedef int plain;\n#define both x\ntypedef int both;\n#define made(x) x\nstruct tag { int n; };\n"
    reader = Reader(written(tmp_path / "i.db", facts_of(source)))
    names = {"plain": TYPEDEF, "both": TYPEDEF | MACRO, "made": MACRO, "tag": 0, "nothing": 0}
    reader.expect_namings(["both", "tag"])
    assert {name: reader.naming(name) for name in names} == names
    reader.expect_records(["tag", "nothing"])
    assert [len(reader.records(name)) for name in ("tag", "nothing", "plain")] == [1, 0, 0]
    reader.close()


def test_unions_are_found_by_the_name_they_are_shown_with(tmp_path: Path) -> None:
    source = (
        "union own { int (*a)(void); };\nstruct outer { union { int (*b)(void); }; union { int c; } d; };\n"
        "struct outer_more { union { int e; }; };\nunion { int f; } alone;\n"
    )
    reader = Reader(written(tmp_path / "i.db", facts_of(source)))
    found = {
        shown: [f.name for r in reader.unions_called(shown) for f in r.fields] for shown in ("own", "outer", "out")
    }
    assert found == {"own": ["a"], "outer": ["b", "c"], "out": []}
    reader.close()


def test_sources_are_parts_as_headers_are(tmp_path: Path) -> None:
    reader = Reader(written(tmp_path / "i.db", facts_of(SOURCE)))
    reader._db.execute("PRAGMA query_only = OFF")
    reader._db.execute("CREATE TEMP TABLE parts (path TEXT, wholes TEXT)")
    parts = {"net/part.c": "net/a.c", "net/near.h": "net/a.c\tnet/b.c"}
    reader._db.executemany("INSERT INTO temp.parts VALUES (?, ?)", parts.items())
    for _ in range(2):
        found = reader.wholes(["net/a.c", "net/part.c", "net/near.h", "net/other.h"])
        assert found == {"net/part.c": ("net/a.c",), "net/near.h": ("net/a.c", "net/b.c")}
    reader.close()


def test_the_macros_that_are_another_name(tmp_path: Path) -> None:
    macros = (
        "#define plain my_open\n#define twice plain\n#define call my_open()\n#define param(x) my_open\n"
        "#define loop pool\n#define pool loop\n"
    )
    reader = Reader(written(tmp_path / "i.db", facts_of(macros + SOURCE)))
    assert reader.names_for(["my_open", "other"]) == ("my_open", "other", "plain", "twice")
    assert reader.names_for(["loop"]) == ("loop", "pool")
    assert reader.names_for([]) == ()
    reader.close()


def test_the_first_of_a_name_in_its_file_is_told_without_reading_the_others(tmp_path: Path) -> None:
    twice = facts_of("#ifdef A\nint f(void)\n{\n}\n#else\nint f(void)\n{\n}\n#endif\n", path="net/a.c")
    reader = Reader(written(tmp_path / "i.db", twice, facts_of("int f(void)\n{\n}\n", path="net/b.c")))
    found = reader.functions_between(0, 1 << 32)
    assert [reader.is_first(f) for f in found] == [True, False, True]
    assert not reader._named
    reader.functions_named("f")
    assert [reader.is_first(f) for f in found] == [True, False, True]
    reader.close()


def test_who_hands_the_address_of_an_object_to_a_function(tmp_path: Path) -> None:
    text = (
        "int one(void)\n{\n\treg(&a_point, f);\n}\n"
        "int both(struct point *p)\n{\n\treg(&a_point, f);\n\treg(p, f);\n}\n"
        "int own(void)\n{\n\tstruct point mine;\n\treg(&mine, f);\n}\n"
        "int part(struct point *p)\n{\n\treg(&p->in, (&b_point));\n}\n"
    )
    reader = Reader(written(tmp_path / "i.db", facts_of(text)))
    names = {f.id: f.name for f in reader.functions_between(0, 1 << 32)}
    assert {names[fid] for fid in reader.handing_objects("reg", 0)} == {"one"}
    assert {names[fid] for fid in reader.handing_objects("reg", 1)} == {"part"}
    assert not reader.handing_objects("other", 0)
    reader.close()


def test_an_index_that_is_open_may_be_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "old.db", facts_of("int f(void)\n{\n\treturn 0;\n}\n"))
    reader = Reader(path)
    written(tmp_path / "new.db", facts_of("int g(void)\n{\n\treturn 0;\n}\n")).replace(path)
    assert reader.functions_named("f")
    assert not reader.functions_named("g")
    reader.close()
