# SPDX-License-Identifier: MIT
"""What a way has handed over decides what is called back, as far as the source names it."""

import pytest

from tests.resolve.small import index
from xref.graph.slice import between
from xref.graph.start import find_start

SOURCE = """
struct ctx { int x; };
struct table { int (*begin)(struct ctx *); int (*end)(struct ctx *); };
#define run_it(c, fn) run(c, fn, 0)

static int fill_a(struct ctx *c) { return 1; }
static int fill_b(struct ctx *c) { return 2; }
static int other(struct ctx *c) { return 3; }

int run(struct ctx *c, int (*fill)(struct ctx *), int flags) { return fill(c); }
int hand_on(struct ctx *c, int (*cb)(struct ctx *)) { return run(c, cb, 1); }
int get_a(struct ctx *c) { return run(c, fill_a, 0); }
int get_b(struct ctx *c) { return run(c, fill_b, 0); }
int by_another(struct ctx *c) { return hand_on(c, fill_a); }
int by_macro(struct ctx *c) { return run_it(c, fill_a); }
int by_local(struct ctx *c) { int (*chosen)(struct ctx *) = fill_a; return run(c, chosen, 0); }
int by_choice(struct ctx *c) { return run(c, c->x ? fill_a : fill_b, 0); }

int defaulted(struct ctx *c, int (*fill)(struct ctx *)) { if (!fill) fill = other; return fill(c); }
int with_default(struct ctx *c) { return defaulted(c, fill_a); }

static const struct table table_a = { .begin = fill_a };
static const struct table table_b = { .begin = fill_b };
int walk(struct ctx *c, const struct table *ops) { return ops->begin(c); }
int walk_on(struct ctx *c, const struct table *ops) { return walk(c, ops); }
int walk_a(struct ctx *c) { return walk_on(c, &table_a); }
int walk_b(struct ctx *c) { return walk_on(c, &table_b); }
struct held { const struct table *ops; };
int walk_held(struct ctx *c, struct held *h) { return walk_on(c, h->ops); }
int hold(struct held *h) { h->ops = &table_a; h->ops = &table_b; return 0; }
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return index(tmp_path_factory.mktemp("handed"), {"kernel/handed.c": SOURCE})


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("get_a", "fill_a"),
        ("get_b", "fill_b"),
        ("run", "fill_b"),
        ("by_another", "fill_a"),
        ("by_macro", "fill_a"),
        ("by_local", "fill_a"),
        ("by_choice", "fill_a"),
        ("by_choice", "fill_b"),
        ("with_default", "fill_a"),
        ("with_default", "other"),
        ("walk_a", "fill_a"),
        ("walk_b", "fill_b"),
        ("walk", "fill_b"),
        ("walk_held", "fill_a"),
        ("walk_held", "fill_b"),
    ],
)
def test_what_was_handed_over_is_called(small, first, last):
    assert between(small.resolver, find_start(small.resolver, first), find_start(small.resolver, last)).edges


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("get_a", "fill_b"),
        ("by_another", "fill_b"),
        ("by_macro", "fill_b"),
        ("by_local", "fill_b"),
        ("by_choice", "other"),
        ("walk_a", "fill_b"),
        ("walk_b", "fill_a"),
    ],
)
def test_what_was_not_handed_over_is_not(small, first, last):
    assert not between(small.resolver, find_start(small.resolver, first), find_start(small.resolver, last)).edges
