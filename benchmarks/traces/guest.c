// SPDX-License-Identifier: MIT
// The first process of a kernel under function_graph: makes system calls one at a time, each in a process of its own, and
// writes what the tracer saw of it to the port of QEMU's debug console.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/futex.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/rtnetlink.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TRACEFS "/sys/kernel/tracing/"
#define DEBUG_PORT 0xe9

static void emit(const char *text, size_t size)
{
	__asm__ volatile("rep outsb" : "+S"(text), "+c"(size) : "d"(DEBUG_PORT) : "memory");
}

static void say(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	emit(line, n);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		say("# cannot write %s to %s: %d\n", text, path, errno);
	close(fd);
}

static void dump(const char *path)
{
	static char block[1 << 16];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		emit(block, n);
	close(fd);
}

static int tracing_on;

static void on(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	put(TRACEFS "set_ftrace_pid", pid);
	tracing_on = open(TRACEFS "tracing_on", O_WRONLY);
	if (write(tracing_on, "1", 1) < 0)
		say("# tracing stays off\n");
}

static void off(void)
{
	if (write(tracing_on, "0", 1) < 0)
		say("# tracing stays on\n");
}

#include "calls.h"

static char buf[1 << 16] __attribute__((aligned(4096)));
static char page[8192] __attribute__((aligned(4096)));
static char stack[1 << 16];
static const char *dir = "/tmp";
static volatile char *map;
static void *shared;
static int fd, other, p[2], q[2], yes = 1;
static long value, one = 1;
static struct stat st;
static struct iovec iov = { buf, 3000 };
static uint64_t how[3];
static uint32_t cap[2];
static const uint32_t acl[] = { 2, 6u << 16 | 1, ~0u, 4u << 16 | 2, 5, 4u << 16 | 4, ~0u, 4u << 16 | 16, ~0u, 4u << 16 | 32, ~0u };
static struct flock lock = { .l_type = F_WRLCK, .l_len = 10 };
static struct timespec brief = { 0, 3000000 };
static struct itimerspec later = { .it_value = { 100, 0 } }, soon = { .it_value = { 0, 3000000 } };
static struct sched_param fifo = { 3 };
static sigset_t signals;
static struct pollfd polled = { .events = POLLIN };
static fd_set set;
static struct epoll_event event = { .events = EPOLLIN };
static struct sembuf sem;
static struct sockaddr_in address;
static struct sockaddr_in6 address6;
static struct sockaddr_un path;
static socklen_t length = 200;
static struct ifreq request;
static struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
static struct mmsghdr many;
static union bpf_attr bpf;
static struct perf_event_attr perf;
static aio_context_t aio;
static struct iocb cb, *cbs = &cb;

static const char *in(const char *name)
{
	static char text[8][64];
	static int n;
	char *slot = text[n++ % 8];

	snprintf(slot, 64, "%s/%s", dir, name);
	return slot;
}

static void nothing(int number) { (void)number; }

static void quit_traced(int number)
{
	off();
	_exit(number);
}

static int sleeper(void)
{
	int pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	usleep(10000);
	return pid;
}

static int child(void *unused)
{
	(void)unused;
	usleep(10000);
	return 0;
}

static int thread(void)
{
	return clone(child, stack + sizeof(stack), CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, NULL);
}

static int traced_vfork(void)
{
	int pid = vfork();

	if (!pid)
		_exit(0);
	return pid;
}

static int clone3(void)
{
	uint64_t args[8] = { 0, 0, 0, 0, SIGCHLD };
	int pid = syscall(SYS_clone3, args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid;
}

static int __attribute__((noinline)) grow_stack(void)
{
	volatile char deep[1 << 18];

	deep[0] = 1;
	return deep[0];
}

static void script(void)
{
	int f = open("/tmp/script", O_CREAT | O_WRONLY | O_TRUNC, 0755);

	write(f, "#!/init leave\n", 14);
	close(f);
}

static struct sockaddr_in *any(int port)
{
	address.sin_family = AF_INET;
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return &address;
}

static struct sockaddr_un *local(const char *name)
{
	path.sun_family = AF_UNIX;
	strcpy(path.sun_path, name);
	return &path;
}

static int listener(void)
{
	socklen_t size = sizeof(address);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	bind(s, (void *)any(0), sizeof(address));
	listen(s, 5);
	getsockname(s, (void *)&address, &size);
	return s;
}

static int listener6(void)
{
	socklen_t size = sizeof(address6);
	int s = socket(AF_INET6, SOCK_STREAM, 0);

	address6.sin6_family = AF_INET6;
	address6.sin6_addr = in6addr_loopback;
	bind(s, (void *)&address6, sizeof(address6));
	listen(s, 5);
	getsockname(s, (void *)&address6, &size);
	return s;
}

static void tcp_pair(void)
{
	int s = listener();

	p[1] = socket(AF_INET, SOCK_STREAM, 0);
	connect(p[1], (void *)&address, sizeof(address));
	p[0] = accept(s, NULL, NULL);
}

static void udp_pair(void)
{
	socklen_t size = sizeof(address);

	p[0] = socket(AF_INET, SOCK_DGRAM, 0);
	bind(p[0], (void *)any(0), sizeof(address));
	getsockname(p[0], (void *)&address, &size);
	p[1] = socket(AF_INET, SOCK_DGRAM, 0);
	connect(p[1], (void *)&address, sizeof(address));
}

static void udp6(void)
{
	socklen_t size = sizeof(address6);

	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	address6.sin6_family = AF_INET6;
	address6.sin6_addr = in6addr_loopback;
	bind(fd, (void *)&address6, sizeof(address6));
	getsockname(fd, (void *)&address6, &size);
}

static void ping(void)
{
	put("/proc/sys/net/ipv4/ping_group_range", "0 100");
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	memset(buf, 0, 64);
	buf[0] = 8;
}

static void pass_fd(void)
{
	static char control[64] __attribute__((aligned(8)));
	struct cmsghdr *c = (void *)control;

	message.msg_control = control;
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(c) = p[0];
}

static void pty(void)
{
	char name[64];

	p[0] = posix_openpt(O_RDWR | O_NOCTTY);
	grantpt(p[0]);
	unlockpt(p[0]);
	ptsname_r(p[0], name, sizeof(name));
	p[1] = open(name, O_RDWR | O_NOCTTY);
}

static void interface(const char *name)
{
	memset(&request, 0, sizeof(request));
	strcpy(request.ifr_name, name);
}

static struct ifconf *interfaces(void)
{
	static struct ifconf all = { .ifc_len = 4000, .ifc_buf = buf };

	return &all;
}

static int dump_links(void)
{
	struct nlmsghdr *h = (void *)buf;

	memset(buf, 0, 128);
	h->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static void attribute(int type, const void *data, int size)
{
	struct nlmsghdr *h = (void *)buf;
	struct rtattr *a = (void *)(buf + NLMSG_ALIGN(h->nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(a), data, size);
	h->nlmsg_len = NLMSG_ALIGN(h->nlmsg_len) + RTA_ALIGN(a->rta_len);
}

static int route_get(void)
{
	struct nlmsghdr *h = (void *)buf;
	struct rtmsg *r = NLMSG_DATA(h);
	int s = dump_links();
	uint32_t to = htonl(INADDR_LOOPBACK);

	h->nlmsg_len = NLMSG_LENGTH(sizeof(*r));
	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST;
	r->rtm_family = AF_INET;
	r->rtm_dst_len = 32;
	attribute(RTA_DST, &to, 4);
	return s;
}

static int new_link(const char *kind)
{
	struct nlmsghdr *h = (void *)buf;
	int s = dump_links(), start;

	memset(buf, 0, 512);
	h->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	h->nlmsg_type = RTM_NEWLINK;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	start = h->nlmsg_len;
	attribute(IFLA_LINKINFO, NULL, 0);
	attribute(IFLA_INFO_KIND, kind, strlen(kind));
	((struct rtattr *)(buf + start))->rta_len = h->nlmsg_len - start;
	return s;
}

static void *seccomp_filter(void)
{
	static struct { uint16_t code; uint8_t yes, no; uint32_t k; } filter[] = { { 0x20, 0, 0, 0 }, { 0x06, 0, 0, 0x7fff0000 } };
	static struct { uint16_t size; void *filter; } program = { 2, filter };

	return &program;
}

static void bpf_ready(void)
{
	memset(&bpf, 0, sizeof(bpf));
	bpf.map_type = BPF_MAP_TYPE_HASH;
	bpf.key_size = bpf.value_size = 8;
	bpf.max_entries = 4;
}

static void bpf_elem(void)
{
	bpf_ready();
	fd = syscall(SYS_bpf, BPF_MAP_CREATE, &bpf, sizeof(bpf));
	memset(&bpf, 0, sizeof(bpf));
	bpf.map_fd = fd;
	bpf.key = (uintptr_t)page;
	bpf.value = (uintptr_t)(page + 64);
	syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &bpf, sizeof(bpf));
}

static void bpf_program(void)
{
	static struct bpf_insn code[] = { { 0xb7, 0, 0, 0, 1 }, { 0x95, 0, 0, 0, 0 } };

	memset(&bpf, 0, sizeof(bpf));
	bpf.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	bpf.insns = (uintptr_t)code;
	bpf.insn_cnt = 2;
	bpf.license = (uintptr_t)"GPL";
}

static void perf_ready(int type, int config)
{
	memset(&perf, 0, sizeof(perf));
	perf.size = sizeof(perf);
	perf.type = type;
	perf.config = config;
}

static void aio_ready(void)
{
	int f = open("/ext4/aio", O_CREAT | O_RDWR, 0600);

	write(f, buf, 4096);
	syscall(SYS_io_setup, 4, &aio);
	cb.aio_fildes = f;
	cb.aio_lio_opcode = IOCB_CMD_PREAD;
	cb.aio_buf = (uintptr_t)buf;
	cb.aio_nbytes = 512;
}

static void uring_ready(int operation)
{
	struct io_uring_params params = { 0 };
	struct io_uring_sqe *entry;
	char *ring;
	int f = open("/ext4/uring", O_CREAT | O_RDWR, 0600);

	write(f, buf, 4096);
	fd = syscall(SYS_io_uring_setup, 4, &params);
	ring = mmap(NULL, 4096, 3, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	entry = mmap(NULL, 4096, 3, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	memset(entry, 0, sizeof(*entry));
	entry->opcode = operation;
	entry->fd = f;
	if (operation == IORING_OP_POLL_ADD) {
		pipe(p);
		entry->fd = p[0];
		entry->poll_events = POLLIN;
	} else if (operation != IORING_OP_NOP && operation != IORING_OP_FSYNC) {
		entry->addr = (uintptr_t)buf;
		entry->len = 512;
	}
	*(uint32_t *)(ring + params.sq_off.array) = 0;
	*(volatile uint32_t *)(ring + params.sq_off.tail) = 1;
}

static void landlock(void)
{
	uint64_t handled = 4;
	int rules = syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_landlock_restrict_self, rules, 0);
}

static void overlay_ready(void)
{
	mkdir("/m5", 0755);
	mkdir("/ov", 0755);
	mount("none", "/ov", "tmpfs", 0, NULL);
	mkdir("/ov/l", 0755);
	mkdir("/ov/u", 0755);
	mkdir("/ov/w", 0755);
	close(open("/ov/l/a", O_CREAT | O_WRONLY, 0644));
}

static void loop_ready(const char *where)
{
	int file = open("/disk2.img", O_RDWR), device = open("/dev/loop1", O_RDWR);

	ioctl(device, LOOP_SET_FD, file);
	mkdir(where, 0755);
	mount("/dev/loop1", where, "ext4", 0, NULL);
	close(device);
	close(file);
}

#define RUN(name, ready, call) static void run_##name(void) { { ready } on(); (void)(call); off(); }
#define VOID_RUN(name, ready, call) static void run_##name(void) { { ready } on(); call; off(); }
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wunused-value"
SCENARIOS(VOID_RUN)

#define ENTRY(name, ready, call) { #name, run_##name },
static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = { SCENARIOS(ENTRY) };

static void trace(const char *name, void (*run)(void))
{
	int status, pid;

	put(TRACEFS "trace", "");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		alarm(5);
		run();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	put(TRACEFS "tracing_on", "0");
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	say("=== %s\n", name);
	dump(TRACEFS "trace");
}

static void prepare(void)
{
	static const char *const mounts[][2] = { { "proc", "/proc" }, { "sysfs", "/sys" }, { "devtmpfs", "/dev" },
		{ "tmpfs", "/tmp" }, { "tracefs", "/sys/kernel/tracing" }, { "debugfs", "/sys/kernel/debug" },
		{ "devpts", "/dev/pts" }, { "cgroup2", "/cg" }, { "mqueue", "/mq" } };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i][1], 0755);
		if (mount("none", mounts[i][1], mounts[i][0], 0, NULL))
			say("# cannot mount %s: %d\n", mounts[i][1], errno);
	}
	system("/bin/sh /setup.sh");
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	memset(buf, 'a', sizeof(buf));
	memset(page, 'b', sizeof(page));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "leave"))
		return 0; // what execve() starts
	iopl(3);
	prepare();
	put(TRACEFS "tracing_on", "0");
	put(TRACEFS "buffer_size_kb", "65536");
	put(TRACEFS "options/funcgraph-irqs", "0");
	put(TRACEFS "options/funcgraph-tail", "1");
	put(TRACEFS "options/funcgraph-duration", "0");
	put(TRACEFS "options/funcgraph-cpu", "0");
	put(TRACEFS "options/function-fork", "0");
	put(TRACEFS "current_tracer", "function_graph");
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		trace(scenarios[i].name, scenarios[i].run);
	say("=== traceable\n");
	dump(TRACEFS "available_filter_functions");
	say("=== symbols\n");
	dump("/proc/kallsyms");
	say("=== end\n");
	sync();
	reboot(RB_POWER_OFF);
}
