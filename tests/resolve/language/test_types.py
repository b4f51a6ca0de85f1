# SPDX-License-Identifier: MIT
"""What a receiver is: one dispatch a test, through ever stranger expressions."""

from collections.abc import Callable

import pytest

from tests.resolve.small import Small, index
from xref.parse.ctree import Base, Named, Tagged

Make = Callable[..., Small]

BASE = """\
struct sock;
struct msghdr { int n; };
struct proto { int (*sendmsg)(struct sock *sk, int n); int (*close)(struct sock *sk); };
struct proto_ops { int (*sendmsg)(struct socket *s, int n); };
struct sock_common { int family; struct proto *skc_prot; };
struct sock {
	struct sock_common __sk_common;
#define sk_prot __sk_common.skc_prot
	struct socket *sk_socket;
	union { struct proto *in_union; long other; };
	struct { struct { struct proto *in_struct; }; } named;
	struct proto *array[4];
	struct proto by_value;
};
struct socket { const struct proto_ops *ops; struct sock *sk; };
struct inet_sock { struct sock sk; int port; };
struct tcp_sock { struct inet_sock inet; struct proto *af; };
typedef struct proto proto_t;
typedef proto_t *proto_p;
#define offsetof(t, m) __builtin_offsetof(t, m)
#define container_of(ptr, type, member) ({ \\
	void *__mptr = (void *)(ptr); \\
	((type *)(__mptr - offsetof(type, member))); })
#define READ_ONCE(x) ({ typeof(x) __val = *(volatile typeof(x) *)&(x); __val; })
#define __rcu
#define rcu_dereference(p) ({ typeof(*p) *_p = (typeof(*p) *)READ_ONCE(p); ((typeof(*p) *)(_p)); })
#define unrcu_pointer(p) ((typeof(*p) *)(p))
#define tcp_sk(ptr) container_of(ptr, struct tcp_sock, inet.sk)
#define likely(x) __builtin_expect(!!(x), 1)
#define per_cpu_ptr(ptr, cpu) ({ (typeof(*(ptr)) *)(ptr); })
static inline struct sock *get_sk(int n)
{
	return 0;
}
static struct proto *find(void)
{
	return 0;
}
extern struct sock *declared_elsewhere(int n);
static struct sock the_sk;
static struct sock *sk_table[4];
int tcp_sendmsg(struct sock *sk, int n)
{
}
int inet_sendmsg(struct socket *s, int n)
{
}
struct proto tcp_prot = { .sendmsg = tcp_sendmsg };
struct proto_ops inet_ops = { .sendmsg = inet_sendmsg };
"""


def function(*lines: str, params: str = "struct sock *sk, struct socket *sock, struct msghdr *m") -> str:
    return f"int f({params})\n{{\n" + "".join(f"\t{line}\n" for line in lines) + "}\n"


PROTO = [
    ("sk->sk_prot->sendmsg(sk, 1);",),
    ("sk->__sk_common.skc_prot->sendmsg(sk, 1);",),
    ("(*sk->sk_prot->sendmsg)(sk, 1);",),
    ("(sk->sk_prot->sendmsg)(sk, 1);",),
    ("sock->sk->sk_prot->sendmsg(sk, 1);",),
    ("sk->in_union->sendmsg(sk, 1);",),
    ("sk->named.in_struct->sendmsg(sk, 1);",),
    ("sk->array[2]->sendmsg(sk, 1);",),
    ("sk->by_value.sendmsg(sk, 1);",),
    ("(&sk->by_value)->sendmsg(sk, 1);",),
    ("READ_ONCE(sk->sk_prot)->sendmsg(sk, 1);",),
    ("rcu_dereference(sk->sk_prot)->sendmsg(sk, 1);",),
    ("unrcu_pointer(sk->sk_prot)->sendmsg(sk, 1);",),
    ("container_of(m, struct inet_sock, port)->sk.sk_prot->sendmsg(sk, 1);",),
    ("tcp_sk(sk)->af->sendmsg(sk, 1);",),
    ("tcp_sk(sk)->inet.sk.sk_prot->sendmsg(sk, 1);",),
    ("per_cpu_ptr(sk, 1)->sk_prot->sendmsg(sk, 1);",),
    ("get_sk(1)->sk_prot->sendmsg(sk, 1);",),
    ("find()->sendmsg(sk, 1);",),
    ("the_sk.sk_prot->sendmsg(sk, 1);",),
    ("sk_table[0]->sk_prot->sendmsg(sk, 1);",),
    ("((struct sock *)m)->sk_prot->sendmsg(sk, 1);",),
    ("struct proto *p = sk->sk_prot;", "p->sendmsg(sk, 1);"),
    ("proto_t *p = x;", "p->sendmsg(sk, 1);"),
    ("proto_p p = x;", "p->sendmsg(sk, 1);"),
    ("typeof(sk->sk_prot) p = x;", "p->sendmsg(sk, 1);"),
    ("struct sock *a = sk, *b = sk;", "b->sk_prot->sendmsg(b, 1);"),
    ("__auto_type p = sk->sk_prot;", "p->sendmsg(sk, 1);"),
    ("({ struct proto *q = sk->sk_prot; q; })->sendmsg(sk, 1);",),
    ("(m ? sk->sk_prot : 0)->sendmsg(sk, 1);",),
    ("(m->n ?: 1, sk->sk_prot)->sendmsg(sk, 1);",),
    ("(sk + 1)->sk_prot->sendmsg(sk, 1);",),
    ("(&sk[1])->sk_prot->sendmsg(sk, 1);",),
    ("(*&sk)->sk_prot->sendmsg(sk, 1);",),
    ("if (likely(sk->sk_prot->sendmsg(sk, 1))) return 1;",),
    ("int (*fn)(struct sock *, int) = sk->sk_prot->sendmsg;", "fn(sk, 1);"),
    ("int (*fn)(struct sock *, int);", "fn = READ_ONCE(sk->sk_prot)->sendmsg;", "fn(sk, 1);"),
    ("for (struct sock *i = sk; i; i++) i->sk_prot->sendmsg(i, 1);",),
    ("struct socket *sk = 0; { struct sock *sk = x; sk->sk_prot->sendmsg(sk, 1); }",),
]


def test_every_receiver_of_a_proto(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One index for all of them; each function holds one dispatch."""
    source = BASE + "".join(function(*lines).replace("int f(", f"int f{i}(") for i, lines in enumerate(PROTO))
    s = index(tmp_path_factory.mktemp("types"), {"net/a.c": source})
    found = {" ".join(lines): s.dispatches(f"f{i}") for i, lines in enumerate(PROTO)}
    s.resolver.close()
    wrong = {text: got for text, got in found.items() if got != {"proto.sendmsg": ["tcp_sendmsg"]}}
    assert not wrong


@pytest.mark.parametrize(
    "line",
    [
        "sock->ops->sendmsg(sock, 1);",
        "READ_ONCE(sock->ops)->sendmsg(sock, 1);",
        "sk->sk_socket->ops->sendmsg(sock, 1);",
    ],
)
def test_the_other_struct_with_a_member_of_that_name(small: Make, line: str) -> None:
    assert small(BASE + function(line)).dispatches("f") == {"proto_ops.sendmsg": ["inet_sendmsg"]}


def test_an_unknown_receiver_is_said_and_not_guessed(small: Make) -> None:
    s = small(BASE + function("unknown_thing->sendmsg(sk, 1);"))
    assert s.reached("f") == []
    (missing,) = s.calls("f").unresolved
    assert missing.via == "?.sendmsg"
    assert missing.reason


def test_a_tag_means_the_struct_that_the_file_sees(small: Make) -> None:
    s = small(
        {
            "drivers/a/a.h": "struct priv { int (*go)(void); };\n",
            "drivers/b/b.h": "struct priv { int x; struct { int (*go)(void); } in; };\n",
            "drivers/a/a.c": '#include "a.h"\nint ga(void)\n{\n}\nstruct priv pa = { .go = ga };\n'
            "int fa(struct priv *p)\n{\n\treturn p->go();\n}\n",
            "drivers/b/b.c": '#include "b.h"\nint gb(void)\n{\n}\nstruct priv pb = { .in = { .go = gb } };\n'
            "int fb(struct priv *p)\n{\n\treturn p->in.go();\n}\n",
        }
    )
    assert s.dispatches("fa") == {"priv.go": ["ga"]}
    assert list(s.dispatches("fb").values()) == [["gb"]]


def test_a_typedef_that_is_the_same_everywhere_asks_for_no_includes(small: Make) -> None:
    files = {
        "include/linux/types.h": "typedef unsigned int __u32;\ntypedef __u32 u32;\ntypedef u32 mine;\n",
        "tools/include/linux/types.h": "typedef unsigned int u32;\ntypedef struct other mine;\n",
        "net/a.c": "#include <linux/types.h>\ntypedef loop pool;\ntypedef pool loop;\n",
    }
    resolver = small(files).resolver
    here = resolver.reader.file_id("net/a.c")
    assert here is not None
    assert resolver.types.plain(Named("u32"), here) == Base("unsigned int")
    assert not resolver.written.names._macros.includes._resolved
    assert resolver.types.plain(Named("mine"), here) == Base("unsigned int")
    assert resolver.types.plain(Named("mine"), resolver.reader.file_id("tools/include/linux/types.h") or 0) == Tagged(
        "struct", "other"
    )
    assert isinstance(resolver.types.plain(Named("loop"), here), Named)
    assert resolver.types.plain(Named("nothing"), here) == Named("nothing")


def test_the_type_of_a_macro_s_argument(small: Make) -> None:
    s = small(BASE + "#define send(s, n) (s)->sk_prot->sendmsg(s, n)\n" + function("send(sk, 1);"))
    assert s.dispatches("f") == {"proto.sendmsg": ["tcp_sendmsg"]}


def test_a_macro_comes_before_an_object_of_its_name(small: Make) -> None:
    # current of arch/x86/include/asm/current.h, and of tools/testing/selftests/arm64/signal/test_signals.c
    files = {
        "include/linux/task.h": (
            "struct class { int (*yield)(int); };\nstruct task { struct class *class; };\n"
            "static inline struct task *get_current(void)\n{\n}\n#define current get_current()\n"
        ),
        "kernel/a.c": (
            "#include <linux/task.h>\nstatic int fair(int x)\n{\n}\nstruct class c = { .yield = fair };\n"
            "int f(void)\n{\n\treturn current->class->yield(1);\n}\n"
        ),
        "tools/testing/b.c": "struct descr { int pid; };\nstruct descr *current;\n",
    }
    assert small(files).dispatches("f") == {"class.yield": ["fair"]}


def test_no_object_of_a_tool_is_the_kernel_s(small: Make) -> None:
    files = {
        "kernel/a.c": "extern struct ops *shared;\nint f(void)\n{\n\treturn shared->open(1);\n}\n",
        "kernel/b.c": (
            "struct ops { int (*open)(int); };\nstatic int g(int x)\n{\n}\n"
            "struct ops o = { .open = g };\nstruct ops *shared = &o;\n"
        ),
        "tools/c.c": "struct other { int (*open)(int); };\nstruct other *shared;\n",
    }
    assert small(files).dispatches("f") == {"ops.open": ["g"]}
