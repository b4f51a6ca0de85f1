// SPDX-License-Identifier: MIT
// The calls that are traced: X(name, what is made ready before, the call itself), by what they are about. The variables
// and helpers are those of guest.c.
#define SCENARIOS(X) \
	SCENARIOS_OF_FILES(X) SCENARIOS_OF_MEMORY(X) SCENARIOS_OF_PROCESSES(X) SCENARIOS_OF_TIME(X) \
	SCENARIOS_OF_POLLING(X) SCENARIOS_OF_IPC(X) SCENARIOS_OF_SOCKETS(X) SCENARIOS_OF_DEVICES(X)

#define ON_EACH(X, name, ready, call) \
	X(tmpfs_##name, { dir = "/tmp"; ready }, call) \
	X(ext4_##name, { dir = "/ext4"; ready }, call)

#define FILE_READY fd = open(in("f"), O_RDWR | O_CREAT | O_TRUNC, 0644); write(fd, buf, 20000); lseek(fd, 0, 0);

#define SCENARIOS_OF_FILES(X) \
	ON_EACH(X, creat, , open(in("new"), O_CREAT | O_WRONLY, 0600)) \
	ON_EACH(X, open, { FILE_READY }, open(in("f"), O_RDWR)) \
	ON_EACH(X, read, { FILE_READY }, read(fd, buf, 9000)) \
	ON_EACH(X, write, { FILE_READY }, write(fd, buf, 30000)) \
	ON_EACH(X, append, { FILE_READY fd = open(in("f"), O_WRONLY | O_APPEND); }, write(fd, buf, 100)) \
	ON_EACH(X, pwritev, { FILE_READY }, pwritev(fd, &iov, 1, 4096)) \
	ON_EACH(X, preadv2, { FILE_READY }, preadv2(fd, &iov, 1, 0, RWF_NOWAIT)) \
	ON_EACH(X, fsync, { FILE_READY }, fsync(fd)) \
	ON_EACH(X, fallocate, { FILE_READY }, fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 65536)) \
	ON_EACH(X, punch, { FILE_READY }, fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 4096, 8192)) \
	ON_EACH(X, truncate, { FILE_READY }, truncate(in("f"), 100)) \
	ON_EACH(X, ftruncate, { FILE_READY }, ftruncate(fd, 100000)) \
	ON_EACH(X, rename, { FILE_READY }, rename(in("f"), in("g"))) \
	ON_EACH(X, exchange, { FILE_READY close(open(in("x"), O_CREAT, 0600)); }, renameat2(-1, in("f"), -1, in("x"), 2)) \
	ON_EACH(X, link, { FILE_READY unlink(in("l")); }, link(in("f"), in("l"))) \
	ON_EACH(X, unlink, { FILE_READY close(fd); }, unlink(in("f"))) \
	ON_EACH(X, symlink, unlink(in("s"));, symlink("target", in("s"))) \
	ON_EACH(X, readlink, symlink("t", in("s"));, readlink(in("s"), buf, 100)) \
	ON_EACH(X, follow, { FILE_READY symlink(in("f"), in("s2")); }, open(in("s2"), O_RDONLY)) \
	ON_EACH(X, mkdir, rmdir(in("d"));, mkdir(in("d"), 0755)) \
	ON_EACH(X, rmdir, mkdir(in("d"), 0755);, rmdir(in("d"))) \
	ON_EACH(X, mknod, unlink(in("n"));, mknod(in("n"), S_IFIFO | 0600, 0)) \
	ON_EACH(X, getdents64, fd = open(dir, O_RDONLY | O_DIRECTORY);, syscall(SYS_getdents64, fd, buf, 4000)) \
	ON_EACH(X, chmod, { FILE_READY }, chmod(in("f"), 0600)) \
	ON_EACH(X, chown, { FILE_READY }, chown(in("f"), 1, 1)) \
	ON_EACH(X, utimensat, { FILE_READY }, utimensat(AT_FDCWD, in("f"), NULL, 0)) \
	ON_EACH(X, stat, { FILE_READY }, stat(in("f"), &st)) \
	ON_EACH(X, statx, { FILE_READY }, statx(AT_FDCWD, in("f"), 0, STATX_ALL, (struct statx *)buf)) \
	ON_EACH(X, statfs, , syscall(SYS_statfs, dir, buf)) \
	ON_EACH(X, access, { FILE_READY }, access(in("f"), W_OK)) \
	ON_EACH(X, setxattr, { FILE_READY }, setxattr(in("f"), "trusted.a", "b", 1, 0)) \
	ON_EACH(X, getxattr, { FILE_READY setxattr(in("f"), "trusted.a", "b", 1, 0); }, getxattr(in("f"), "trusted.a", buf, 9)) \
	ON_EACH(X, listxattr, { FILE_READY }, listxattr(in("f"), buf, 100)) \
	ON_EACH(X, removexattr, { FILE_READY setxattr(in("f"), "trusted.a", "b", 1, 0); }, removexattr(in("f"), "trusted.a")) \
	ON_EACH(X, acl, { FILE_READY }, setxattr(in("f"), "system.posix_acl_access", acl, sizeof(acl), 0)) \
	ON_EACH(X, lseek_data, { FILE_READY }, lseek(fd, 0, SEEK_DATA)) \
	ON_EACH(X, lseek_hole, { FILE_READY }, lseek(fd, 0, SEEK_HOLE)) \
	ON_EACH(X, sendfile, { FILE_READY pipe(p); }, sendfile(p[1], fd, NULL, 4096)) \
	ON_EACH(X, splice_in, { FILE_READY pipe(p); write(p[1], buf, 4000); }, splice(p[0], NULL, fd, NULL, 4000, 0)) \
	ON_EACH(X, copy_file_range, { FILE_READY other = open(in("c"), O_CREAT | O_RDWR, 0600); }, \
		copy_file_range(fd, NULL, other, NULL, 8192, 0)) \
	ON_EACH(X, mmap_shared, { FILE_READY }, mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) \
	ON_EACH(X, fault_read, { FILE_READY map = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0); }, map[1]) \
	ON_EACH(X, fault_write, { FILE_READY map = mmap(NULL, 8192, 3, MAP_SHARED, fd, 0); }, map[1] = 1) \
	ON_EACH(X, fault_cow, { FILE_READY map = mmap(NULL, 8192, 3, MAP_PRIVATE, fd, 0); }, map[1] = 1) \
	ON_EACH(X, msync, { FILE_READY map = mmap(NULL, 8192, 3, MAP_SHARED, fd, 0); map[1] = 1; }, msync(map, 8192, MS_SYNC)) \
	ON_EACH(X, munmap, { FILE_READY map = mmap(NULL, 8192, 3, MAP_SHARED, fd, 0); map[1] = 1; }, munmap(map, 8192)) \
	ON_EACH(X, fadvise, { FILE_READY }, posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)) \
	ON_EACH(X, readahead, { FILE_READY fsync(fd); posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }, readahead(fd, 0, 16384)) \
	ON_EACH(X, sync_range, { FILE_READY }, sync_file_range(fd, 0, 8192, SYNC_FILE_RANGE_WRITE)) \
	ON_EACH(X, flock, { FILE_READY }, flock(fd, LOCK_EX)) \
	ON_EACH(X, setlk, { FILE_READY }, fcntl(fd, F_SETLK, &lock)) \
	ON_EACH(X, lease, { FILE_READY close(fd); fd = open(in("f"), O_RDONLY); }, fcntl(fd, F_SETLEASE, F_RDLCK)) \
	ON_EACH(X, getflags, { FILE_READY }, ioctl(fd, _IOR('f', 1, long), &value)) \
	ON_EACH(X, fiemap, { FILE_READY memset(buf, 0, 64); *(uint64_t *)(buf + 8) = ~0ull; }, ioctl(fd, _IOWR('f', 11, char[32]), buf)) \
	ON_EACH(X, syncfs, { FILE_READY }, syncfs(fd)) \
	ON_EACH(X, direct, { FILE_READY fsync(fd); fd = open(in("f"), O_RDWR | O_DIRECT); }, pwrite(fd, page, 4096, 0)) \
	ON_EACH(X, handle, { FILE_READY *(int *)buf = 100; }, syscall(SYS_name_to_handle_at, AT_FDCWD, in("f"), buf, &value, 0)) \
	ON_EACH(X, inotify, { fd = inotify_init(); inotify_add_watch(fd, dir, IN_CREATE); }, open(in("w"), O_CREAT, 0600)) \
	ON_EACH(X, tmpfile, , open(dir, O_TMPFILE | O_RDWR, 0600)) \
	X(sync, , sync()) \
	X(openat2, { how[0] = O_RDONLY; how[2] = 0x04; }, syscall(SYS_openat2, AT_FDCWD, "/proc/self/fd", how, 24)) \
	X(dup2, fd = open("/", O_RDONLY);, dup2(fd, 77)) \
	X(fcntl_getfl, , fcntl(0, F_GETFL)) \
	X(close, { dir = "/tmp"; FILE_READY }, close(fd)) \
	X(close_range, { dir = "/tmp"; FILE_READY }, syscall(SYS_close_range, fd, fd + 1, 0)) \
	X(chdir, , chdir("/proc/self")) \
	X(getcwd, chdir("/sys/kernel");, syscall(SYS_getcwd, buf, 4000)) \
	X(chroot, , chroot("/tmp")) \
	X(umask, , umask(022)) \
	X(mount_tmpfs, mkdir("/m1", 0755);, mount("none", "/m1", "tmpfs", 0, "size=1m")) \
	X(mount_proc, mkdir("/m2", 0755);, mount("none", "/m2", "proc", 0, NULL)) \
	X(mount_bind, mkdir("/m3", 0755);, mount("/tmp", "/m3", NULL, MS_BIND, NULL)) \
	X(mount_remount, { mkdir("/m4", 0755); mount("none", "/m4", "tmpfs", 0, NULL); }, mount(NULL, "/m4", NULL, MS_REMOUNT | MS_RDONLY, NULL)) \
	X(mount_overlay, overlay_ready();, mount("none", "/m5", "overlay", 0, "lowerdir=/ov/l,upperdir=/ov/u,workdir=/ov/w")) \
	X(overlay_write, { overlay_ready(); mount("none", "/m5", "overlay", 0, "lowerdir=/ov/l,upperdir=/ov/u,workdir=/ov/w"); }, \
		open("/m5/a", O_RDWR)) \
	X(overlay_read, { overlay_ready(); mount("none", "/m5", "overlay", 0, "lowerdir=/ov/l,upperdir=/ov/u,workdir=/ov/w"); \
		fd = open("/m5/a", O_RDONLY); }, read(fd, buf, 100)) \
	X(overlay_getdents, { overlay_ready(); mount("none", "/m5", "overlay", 0, "lowerdir=/ov/l,upperdir=/ov/u,workdir=/ov/w"); \
		fd = open("/m5", O_RDONLY); }, syscall(SYS_getdents64, fd, buf, 4000)) \
	X(umount, { mkdir("/m6", 0755); mount("none", "/m6", "tmpfs", 0, NULL); }, umount("/m6")) \
	X(umount_ext4, loop_ready("/m7");, umount("/m7")) \
	X(mount_ext4, { loop_ready("/m7"); umount("/m7"); }, mount("/dev/loop1", "/m7", "ext4", 0, NULL)) \
	X(fsopen, , syscall(SYS_fsopen, "tmpfs", 0)) \
	X(fsconfig, fd = syscall(SYS_fsopen, "tmpfs", 0);, syscall(SYS_fsconfig, fd, 1, "size", "1m", 0)) \
	X(open_tree, , syscall(SYS_open_tree, AT_FDCWD, "/tmp", 1)) \
	X(pivot_root, , syscall(SYS_pivot_root, "/tmp", "/tmp")) \
	X(swapon, { fd = open("/ext4/swap", O_CREAT | O_RDWR, 0600); ftruncate(fd, 1 << 20); }, syscall(SYS_swapon, "/ext4/swap", 0)) \
	X(quotactl, , quotactl(QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL)) \
	X(proc_stat, fd = open("/proc/self/stat", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_maps, fd = open("/proc/self/maps", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_smaps, fd = open("/proc/self/smaps_rollup", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_status, fd = open("/proc/self/status", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_cmdline, fd = open("/proc/self/cmdline", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_meminfo, fd = open("/proc/meminfo", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_cpuinfo, fd = open("/proc/cpuinfo", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_interrupts, fd = open("/proc/interrupts", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_global_stat, fd = open("/proc/stat", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_loadavg, fd = open("/proc/loadavg", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_mounts, fd = open("/proc/self/mountinfo", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_net_tcp, fd = open("/proc/net/tcp", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_net_dev, fd = open("/proc/net/dev", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_net_route, fd = open("/proc/net/route", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_sysctl_read, fd = open("/proc/sys/kernel/pid_max", O_RDONLY);, read(fd, buf, 4000)) \
	X(proc_sysctl_write, fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY);, write(fd, "1\n", 2)) \
	X(proc_sysctl_open, , open("/proc/sys/vm/swappiness", O_RDONLY)) \
	X(proc_fd_dir, fd = open("/proc/self/fd", O_RDONLY);, syscall(SYS_getdents64, fd, buf, 4000)) \
	X(proc_task_dir, fd = open("/proc", O_RDONLY);, syscall(SYS_getdents64, fd, buf, 4000)) \
	X(proc_open, , open("/proc/self/status", O_RDONLY)) \
	X(proc_exe, , readlink("/proc/self/exe", buf, 100)) \
	X(proc_pagemap, fd = open("/proc/self/pagemap", O_RDONLY);, pread(fd, buf, 64, ((uintptr_t)buf >> 12) * 8)) \
	X(proc_mem, fd = open("/proc/self/mem", O_RDWR);, pread(fd, buf, 64, (uintptr_t)page)) \
	X(proc_oom, fd = open("/proc/self/oom_score_adj", O_WRONLY);, write(fd, "5", 1)) \
	X(proc_comm, fd = open("/proc/self/comm", O_WRONLY);, write(fd, "name", 4)) \
	X(sysfs_read, fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY);, read(fd, buf, 4000)) \
	X(sysfs_write, fd = open("/sys/class/net/lo/mtu", O_WRONLY);, write(fd, "9000", 4)) \
	X(sysfs_device, fd = open("/sys/class/net/lo/address", O_RDONLY);, read(fd, buf, 4000)) \
	X(sysfs_dir, fd = open("/sys/class/net/lo", O_RDONLY);, syscall(SYS_getdents64, fd, buf, 4000)) \
	X(sysfs_open, , open("/sys/kernel/uevent_seqnum", O_RDONLY)) \
	X(uevent, fd = open("/sys/class/mem/null/uevent", O_WRONLY);, write(fd, "change", 6)) \
	X(cgroup_mkdir, , mkdir("/cg/a", 0755)) \
	X(cgroup_procs, { mkdir("/cg/b", 0755); fd = open("/cg/b/cgroup.procs", O_WRONLY); }, write(fd, "0", 1)) \
	X(cgroup_read, fd = open("/cg/cgroup.controllers", O_RDONLY);, read(fd, buf, 4000)) \
	X(cgroup_control, fd = open("/cg/cgroup.subtree_control", O_WRONLY);, write(fd, "+pids +memory +cpu", 18)) \
	X(cgroup_limit, { put("/cg/cgroup.subtree_control", "+memory"); mkdir("/cg/c", 0755); fd = open("/cg/c/memory.max", O_WRONLY); }, \
		write(fd, "100M", 4)) \
	X(debugfs_read, fd = open("/sys/kernel/debug/sleep_time", O_RDONLY);, read(fd, buf, 4000)) \
	X(fanotify_init, , fanotify_init(0, 0)) \
	X(fanotify_mark, fd = fanotify_init(0, 0);, fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, -1, "/tmp")) \
	X(fanotify_event, { dir = "/tmp"; FILE_READY fd = fanotify_init(0, 0); fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, -1, "/tmp"); }, \
		open(in("f"), O_RDONLY)) \
	X(inotify_add_watch, fd = inotify_init();, inotify_add_watch(fd, "/tmp", IN_ALL_EVENTS)) \
	X(inotify_read, { fd = inotify_init(); inotify_add_watch(fd, "/tmp", IN_ALL_EVENTS); close(open("/tmp/i", O_CREAT, 0600)); }, read(fd, buf, 4000)) \
	X(aio_submit, aio_ready();, syscall(SYS_io_submit, aio, 1, &cbs)) \
	X(aio_setup, , syscall(SYS_io_setup, 4, &aio)) \
	X(aio_destroy, aio_ready();, syscall(SYS_io_destroy, aio)) \
	X(io_uring_setup, , syscall(SYS_io_uring_setup, 4, buf + 512)) \
	X(io_uring_read, uring_ready(IORING_OP_READ);, syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0)) \
	X(io_uring_write, uring_ready(IORING_OP_WRITE);, syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0)) \
	X(io_uring_fsync, uring_ready(IORING_OP_FSYNC);, syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0)) \
	X(io_uring_nop, uring_ready(IORING_OP_NOP);, syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0)) \
	X(io_uring_poll, uring_ready(IORING_OP_POLL_ADD);, syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0)) \
	X(io_uring_register, fd = syscall(SYS_io_uring_setup, 4, memset(buf, 0, 512));, syscall(SYS_io_uring_register, fd, 0, &iov, 1))

#define SCENARIOS_OF_MEMORY(X) \
	X(brk, , sbrk(8192)) \
	X(mmap_anonymous, , mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) \
	X(mmap_populate, , mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)) \
	X(fault_anonymous, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);, map[5000] = 1) \
	X(fault_zero_page, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);, map[5000]) \
	X(fault_huge, map = mmap(NULL, 8 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); madvise(map, 8 << 20, MADV_HUGEPAGE);, \
		map[4 << 20] = 1) \
	X(fault_shared, map = mmap(NULL, 1 << 16, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0);, map[5000] = 1) \
	X(fault_after_fork, { map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[0] = 1; if (!fork()) pause(); }, \
		map[0] = 2) \
	X(fault_stack, , grow_stack()) \
	X(segv, signal(SIGSEGV, quit_traced);, *(volatile char *)8 = 1) \
	X(mprotect, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[5000] = 1;, mprotect(map + 4096, 4096, PROT_READ)) \
	X(mremap, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[5000] = 1;, mremap(map, 1 << 16, 1 << 18, MREMAP_MAYMOVE)) \
	X(madvise_dontneed, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[5000] = 1;, madvise(map, 1 << 16, MADV_DONTNEED)) \
	X(madvise_free, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[5000] = 1;, madvise(map, 1 << 16, MADV_FREE)) \
	X(madvise_pageout, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); map[5000] = 1;, madvise(map, 1 << 16, MADV_PAGEOUT)) \
	X(mlock, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);, mlock(map, 8192)) \
	X(munlock, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); mlock(map, 8192);, munlock(map, 8192)) \
	X(mlockall, , mlockall(MCL_CURRENT)) \
	X(mincore, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);, mincore(map, 1 << 16, (void *)buf)) \
	X(memfd_create, , memfd_create("m", MFD_ALLOW_SEALING)) \
	X(memfd_seal, fd = memfd_create("m", MFD_ALLOW_SEALING);, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW)) \
	X(mbind, map = mmap(NULL, 1 << 16, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);, syscall(SYS_mbind, map, 1 << 16, 2, &one, 64, 0)) \
	X(get_mempolicy, , syscall(SYS_get_mempolicy, &value, NULL, 0, 0, 0)) \
	X(set_mempolicy, , syscall(SYS_set_mempolicy, 0, NULL, 0)) \
	X(process_vm_readv, other = sleeper();, process_vm_readv(other, &iov, 1, &iov, 1, 0)) \
	X(userfaultfd, , syscall(SYS_userfaultfd, 0)) \
	X(membarrier, , syscall(SYS_membarrier, 1, 0, 0)) \
	X(pkey_alloc, , syscall(SYS_pkey_alloc, 0, 0)) \
	X(hugetlb, put("/proc/sys/vm/nr_hugepages", "4");, mmap(NULL, 2 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0)) \
	X(drop_caches, fd = open("/proc/sys/vm/drop_caches", O_WRONLY);, write(fd, "3", 1))

#define SCENARIOS_OF_PROCESSES(X) \
	X(fork, , fork() || (_exit(0), 0)) \
	X(vfork, , traced_vfork()) \
	X(clone_thread, , thread()) \
	X(clone3, , clone3()) \
	X(unshare_ns, , unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC)) \
	X(unshare_net, , unshare(CLONE_NEWNET)) \
	X(unshare_user, , unshare(CLONE_NEWUSER)) \
	X(unshare_pid, , unshare(CLONE_NEWPID)) \
	X(setns, fd = open("/proc/1/ns/uts", O_RDONLY);, setns(fd, 0)) \
	X(execve, , execl("/init", "init", "leave", NULL)) \
	X(execve_script, script();, execl("/tmp/script", "script", NULL)) \
	X(exit, , (fork() ? 0 : 0, _exit(0))) \
	X(exit_group_threads, thread();, _exit(0)) \
	X(wait4, { other = fork(); if (!other) _exit(3); usleep(20000); }, wait4(other, &value, 0, NULL)) \
	X(waitid, { other = fork(); if (!other) _exit(3); usleep(20000); }, waitid(P_PID, other, NULL, WEXITED)) \
	X(wait_blocking, { other = fork(); if (!other) { usleep(50000); _exit(3); } }, wait4(other, &value, 0, NULL)) \
	X(kill, other = sleeper();, kill(other, SIGTERM)) \
	X(kill_self, signal(SIGUSR1, nothing);, kill(getpid(), SIGUSR1)) \
	X(kill_group, other = sleeper();, kill(0, 0)) \
	X(tgkill, , syscall(SYS_tgkill, getpid(), getpid(), 0)) \
	X(sigqueue, other = sleeper();, sigqueue(other, SIGRTMIN, (union sigval){0})) \
	X(stop_cont, { other = sleeper(); kill(other, SIGSTOP); usleep(10000); }, kill(other, SIGCONT)) \
	X(pidfd_open, , syscall(SYS_pidfd_open, getpid(), 0)) \
	X(pidfd_signal, { other = sleeper(); fd = syscall(SYS_pidfd_open, other, 0); }, syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0)) \
	X(pidfd_getfd, { other = sleeper(); fd = syscall(SYS_pidfd_open, other, 0); }, syscall(SYS_pidfd_getfd, fd, 0, 0)) \
	X(sigaction, , signal(SIGUSR2, nothing)) \
	X(sigprocmask, , sigprocmask(SIG_BLOCK, &signals, NULL)) \
	X(sigpending, , sigpending(&signals)) \
	X(sigtimedwait, , sigtimedwait(&signals, NULL, &brief)) \
	X(sigaltstack, , sigaltstack(NULL, (stack_t *)buf)) \
	X(rt_sigreturn, { signal(SIGUSR1, nothing); }, raise(SIGUSR1)) \
	X(getpid, , syscall(SYS_getpid)) \
	X(getppid, , getppid()) \
	X(getpgid, , getpgid(0)) \
	X(setsid, , setsid()) \
	X(setpgid, , setpgid(0, 0)) \
	X(getuid, , syscall(SYS_getuid)) \
	X(setuid, , syscall(SYS_setuid, 1000)) \
	X(setresuid, , syscall(SYS_setresuid, 1, 1, 1)) \
	X(setgid, , syscall(SYS_setgid, 1000)) \
	X(setgroups, , syscall(SYS_setgroups, 1, &value)) \
	X(getgroups, , getgroups(10, (gid_t *)buf)) \
	X(capget, cap[0] = 0x20080522;, syscall(SYS_capget, cap, buf)) \
	X(capset, { cap[0] = 0x20080522; syscall(SYS_capget, cap, buf); }, syscall(SYS_capset, cap, buf)) \
	X(prctl_name, , prctl(PR_SET_NAME, "x")) \
	X(prctl_nnp, , prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) \
	X(prctl_mm, , prctl(PR_GET_TID_ADDRESS, buf)) \
	X(arch_prctl, , syscall(SYS_arch_prctl, 0x1003, buf)) \
	X(seccomp, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);, syscall(SYS_seccomp, 1, 0, seccomp_filter())) \
	X(seccomp_run, { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); syscall(SYS_seccomp, 1, 0, seccomp_filter()); }, getppid()) \
	X(ptrace_attach, other = sleeper();, ptrace(PTRACE_SEIZE, other, 0, 0)) \
	X(ptrace_getregs, { other = sleeper(); ptrace(PTRACE_ATTACH, other, 0, 0); waitpid(other, NULL, 0); }, ptrace(PTRACE_GETREGS, other, 0, buf)) \
	X(ptrace_getregset, { other = sleeper(); ptrace(PTRACE_ATTACH, other, 0, 0); waitpid(other, NULL, 0); }, \
		ptrace(PTRACE_GETREGSET, other, 1, &iov)) \
	X(ptrace_peek, { other = sleeper(); ptrace(PTRACE_ATTACH, other, 0, 0); waitpid(other, NULL, 0); }, ptrace(PTRACE_PEEKDATA, other, page, 0)) \
	X(ptrace_cont, { other = sleeper(); ptrace(PTRACE_ATTACH, other, 0, 0); waitpid(other, NULL, 0); }, ptrace(PTRACE_CONT, other, 0, 0)) \
	X(sched_yield, , sched_yield()) \
	X(sched_setaffinity, , sched_setaffinity(0, 8, (cpu_set_t *)&one)) \
	X(sched_getaffinity, , sched_getaffinity(0, 128, (cpu_set_t *)buf)) \
	X(sched_fifo, , sched_setscheduler(0, SCHED_FIFO, &fifo)) \
	X(sched_idle, fifo.sched_priority = 0;, sched_setscheduler(0, SCHED_IDLE, &fifo)) \
	X(sched_rr_interval, , sched_rr_get_interval(0, &brief)) \
	X(sched_setattr, { memset(buf, 0, 48); *(int *)buf = 48; *(int *)(buf + 4) = 6; ((uint64_t *)buf)[3] = 1000000; \
		((uint64_t *)buf)[4] = 10000000; ((uint64_t *)buf)[5] = 10000000; }, syscall(SYS_sched_setattr, 0, buf, 0)) \
	X(nice, , syscall(SYS_setpriority, 0, 0, 5)) \
	X(getpriority, , syscall(SYS_getpriority, 0, 0)) \
	X(ioprio_set, , syscall(SYS_ioprio_set, 1, 0, 0x4002)) \
	X(getcpu, , syscall(SYS_getcpu, buf, buf + 4, 0)) \
	X(getrusage, , getrusage(RUSAGE_SELF, (struct rusage *)buf)) \
	X(prlimit, , prlimit(0, RLIMIT_NOFILE, NULL, (struct rlimit *)buf)) \
	X(setrlimit, getrlimit(RLIMIT_NOFILE, (struct rlimit *)buf);, setrlimit(RLIMIT_NOFILE, (struct rlimit *)buf)) \
	X(uname, , uname((struct utsname *)buf)) \
	X(sysinfo, , sysinfo((struct sysinfo *)buf)) \
	X(sethostname, , sethostname("h", 1)) \
	X(syslog, , syscall(SYS_syslog, 3, buf, 100)) \
	X(personality, , syscall(SYS_personality, 0xffffffff)) \
	X(kcmp, , syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0)) \
	X(rseq, , syscall(SYS_rseq, buf + 4096, 32, 0, 0)) \
	X(set_robust_list, , syscall(SYS_set_robust_list, buf, 24)) \
	X(modify_ldt, , syscall(SYS_modify_ldt, 0, buf, 16)) \
	X(ioperm, , ioperm(0x80, 1, 1)) \
	X(acct, , syscall(SYS_acct, NULL)) \
	X(add_key, , syscall(SYS_add_key, "user", "a", "b", 1, KEY_SPEC_PROCESS_KEYRING)) \
	X(keyctl_read, value = syscall(SYS_add_key, "user", "a", "b", 1, KEY_SPEC_PROCESS_KEYRING);, syscall(SYS_keyctl, 11, value, buf, 9)) \
	X(request_key, , syscall(SYS_request_key, "user", "nope", NULL, KEY_SPEC_PROCESS_KEYRING)) \
	X(landlock_create, *(uint64_t *)buf = 1; , syscall(SYS_landlock_create_ruleset, buf, 8, 0)) \
	X(landlock_open, landlock();, open("/proc/version", O_RDONLY)) \
	X(bpf_map_create, bpf_ready();, syscall(SYS_bpf, BPF_MAP_CREATE, &bpf, sizeof(bpf))) \
	X(bpf_map_update, bpf_elem();, syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &bpf, sizeof(bpf))) \
	X(bpf_map_lookup, bpf_elem();, syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &bpf, sizeof(bpf))) \
	X(bpf_prog_load, bpf_program();, syscall(SYS_bpf, BPF_PROG_LOAD, &bpf, sizeof(bpf))) \
	X(bpf_attach_socket, { bpf_program(); other = syscall(SYS_bpf, BPF_PROG_LOAD, &bpf, sizeof(bpf)); fd = socket(AF_INET, SOCK_DGRAM, 0); }, \
		setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &other, 4)) \
	X(perf_software, perf_ready(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);, syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0)) \
	X(perf_read, { perf_ready(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK); fd = syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0); }, \
		read(fd, buf, 8)) \
	X(perf_enable, { perf_ready(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK); perf.disabled = 1; \
		fd = syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0); }, ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) \
	X(delete_module, , syscall(SYS_delete_module, "nonesuch", 0)) \
	X(init_module, fd = open("/probe.ko", O_RDONLY);, syscall(SYS_finit_module, fd, "", 0)) \
	X(getrandom, , syscall(SYS_getrandom, buf, 300, 0)) \
	X(restart_syscall, , syscall(SYS_restart_syscall))

#define SCENARIOS_OF_TIME(X) \
	X(nanosleep, , nanosleep(&brief, NULL)) \
	X(clock_nanosleep, , clock_nanosleep(CLOCK_MONOTONIC, 0, &brief, NULL)) \
	X(clock_gettime, , syscall(SYS_clock_gettime, CLOCK_REALTIME, &brief)) \
	X(clock_gettime_cpu, , syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, buf)) \
	X(clock_gettime_boot, , syscall(SYS_clock_gettime, CLOCK_BOOTTIME, buf)) \
	X(clock_getres, , syscall(SYS_clock_getres, CLOCK_MONOTONIC, buf)) \
	X(clock_settime, syscall(SYS_clock_gettime, CLOCK_REALTIME, buf);, syscall(SYS_clock_settime, CLOCK_REALTIME, buf)) \
	X(clock_adjtime, memset(buf, 0, 512);, syscall(SYS_clock_adjtime, CLOCK_REALTIME, buf)) \
	X(gettimeofday, , syscall(SYS_gettimeofday, buf, NULL)) \
	X(settimeofday, syscall(SYS_gettimeofday, buf, NULL);, syscall(SYS_settimeofday, buf, NULL)) \
	X(alarm, , alarm(100)) \
	X(setitimer, ((long *)buf)[2] = 100; ((long *)buf)[3] = 0; ((long *)buf)[0] = ((long *)buf)[1] = 0;, syscall(SYS_setitimer, ITIMER_VIRTUAL, buf, NULL)) \
	X(getitimer, , getitimer(ITIMER_REAL, (struct itimerval *)buf)) \
	X(timer_create, , syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &value)) \
	X(timer_settime, syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &value);, syscall(SYS_timer_settime, (int)value, 0, &later, NULL)) \
	X(timer_gettime, syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &value);, syscall(SYS_timer_gettime, (int)value, buf)) \
	X(timer_delete, { syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &value); syscall(SYS_timer_settime, (int)value, 0, &later, NULL); }, \
		syscall(SYS_timer_delete, (int)value)) \
	X(timer_cpu, syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, NULL, &value);, syscall(SYS_timer_settime, (int)value, 0, &later, NULL)) \
	X(timerfd_create, , timerfd_create(CLOCK_MONOTONIC, 0)) \
	X(timerfd_settime, fd = timerfd_create(CLOCK_MONOTONIC, 0);, timerfd_settime(fd, 0, &later, NULL)) \
	X(timerfd_read, { fd = timerfd_create(CLOCK_MONOTONIC, 0); timerfd_settime(fd, 0, &soon, NULL); }, read(fd, buf, 8)) \
	X(times, , times((struct tms *)buf))

#define SCENARIOS_OF_POLLING(X) \
	X(poll_pipe, { pipe(p); polled.fd = p[0]; }, poll(&polled, 1, 2)) \
	X(poll_tcp, { tcp_pair(); polled.fd = p[0]; }, poll(&polled, 1, 2)) \
	X(poll_unix, { socketpair(AF_UNIX, SOCK_STREAM, 0, p); polled.fd = p[0]; }, poll(&polled, 1, 2)) \
	X(poll_tty, { pty(); polled.fd = p[1]; }, poll(&polled, 1, 2)) \
	X(ppoll_eventfd, { polled.fd = eventfd(1, 0); }, ppoll(&polled, 1, &brief, &signals)) \
	X(select, { pipe(p); FD_ZERO(&set); FD_SET(p[0], &set); write(p[1], buf, 1); }, select(p[0] + 1, &set, NULL, NULL, NULL)) \
	X(pselect, { pipe(p); FD_ZERO(&set); FD_SET(p[0], &set); }, pselect(p[0] + 1, &set, NULL, NULL, &brief, NULL)) \
	X(epoll_create, , epoll_create1(0)) \
	X(epoll_ctl, { fd = epoll_create1(0); pipe(p); }, epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event)) \
	X(epoll_ctl_tcp, { fd = epoll_create1(0); tcp_pair(); }, epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event)) \
	X(epoll_del, { fd = epoll_create1(0); pipe(p); epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event); }, epoll_ctl(fd, EPOLL_CTL_DEL, p[0], NULL)) \
	X(epoll_wait, { fd = epoll_create1(0); pipe(p); epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event); write(p[1], buf, 1); }, \
		epoll_wait(fd, (struct epoll_event *)buf, 4, 10)) \
	X(epoll_wakeup, { fd = epoll_create1(0); pipe(p); epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event); }, write(p[1], buf, 1)) \
	X(epoll_nested, { fd = epoll_create1(0); other = epoll_create1(0); }, epoll_ctl(fd, EPOLL_CTL_ADD, other, &event)) \
	X(eventfd_create, , eventfd(0, 0)) \
	X(eventfd_write, fd = eventfd(0, 0);, write(fd, &later.it_value.tv_sec, 8)) \
	X(eventfd_read, fd = eventfd(4, 0);, read(fd, buf, 8)) \
	X(signalfd_create, , signalfd(-1, &signals, 0)) \
	X(signalfd_read, { sigprocmask(SIG_BLOCK, &signals, NULL); fd = signalfd(-1, &signals, 0); raise(SIGHUP); }, read(fd, buf, 128))

#define SCENARIOS_OF_IPC(X) \
	X(pipe2, , pipe2(p, O_NONBLOCK)) \
	X(pipe_write, pipe(p);, write(p[1], buf, 9000)) \
	X(pipe_read, { pipe(p); write(p[1], buf, 9000); }, read(p[0], buf, 5000)) \
	X(pipe_wakeup, { pipe(p); if (!fork()) { read(p[0], buf, 1); _exit(0); } usleep(20000); }, write(p[1], buf, 1)) \
	X(pipe_block, { pipe(p); if (!fork()) { usleep(30000); write(p[1], buf, 1); _exit(0); } }, read(p[0], buf, 1)) \
	X(pipe_epipe, { pipe(p); close(p[0]); signal(SIGPIPE, SIG_IGN); }, write(p[1], buf, 1)) \
	X(pipe_close, pipe(p);, close(p[0])) \
	X(pipe_ioctl, pipe(p);, ioctl(p[0], FIONREAD, &value)) \
	X(pipe_size, pipe(p);, fcntl(p[0], F_SETPIPE_SZ, 1 << 17)) \
	X(fifo_open, { unlink("/tmp/fifo"); mkfifo("/tmp/fifo", 0600); }, open("/tmp/fifo", O_RDWR)) \
	X(tee, { pipe(p); pipe(q); write(p[1], buf, 10); }, tee(p[0], q[1], 10, 0)) \
	X(vmsplice, pipe(p);, vmsplice(p[1], &iov, 1, 0)) \
	X(splice_pipes, { pipe(p); pipe(q); write(p[1], buf, 10); }, splice(p[0], NULL, q[1], NULL, 10, 0)) \
	X(splice_socket, { pipe(p); write(p[1], buf, 10); socketpair(AF_UNIX, SOCK_STREAM, 0, q); }, splice(p[0], NULL, q[1], NULL, 10, 0)) \
	X(splice_tcp, { tcp_pair(); q[0] = p[0]; pipe(p); write(p[1], buf, 10); }, splice(p[0], NULL, q[0], NULL, 10, 0)) \
	X(futex_wake, , syscall(SYS_futex, &value, FUTEX_WAKE, 1, NULL, NULL, 0)) \
	X(futex_wait, value = 0;, syscall(SYS_futex, &value, FUTEX_WAIT, 0, &brief, NULL, 0)) \
	X(futex_pi, value = 0;, syscall(SYS_futex, &value, FUTEX_LOCK_PI, 0, NULL, NULL, 0)) \
	X(futex_wake_waiter, { shared = mmap(NULL, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0); if (!fork()) { \
		syscall(SYS_futex, shared, FUTEX_WAIT, 0, NULL, NULL, 0); _exit(0); } usleep(20000); }, syscall(SYS_futex, shared, FUTEX_WAKE, 1, NULL, NULL, 0)) \
	X(shmget, , shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600)) \
	X(shmat, fd = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);, shmat(fd, NULL, 0)) \
	X(shmdt, { fd = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600); map = shmat(fd, NULL, 0); map[0] = 1; }, shmdt((void *)map)) \
	X(shmctl, fd = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);, shmctl(fd, IPC_RMID, NULL)) \
	X(semget, , semget(IPC_PRIVATE, 2, IPC_CREAT | 0600)) \
	X(semop, { fd = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600); sem.sem_op = 1; }, semop(fd, &sem, 1)) \
	X(semtimedop, { fd = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600); sem.sem_op = -1; }, semtimedop(fd, &sem, 1, &brief)) \
	X(semctl, fd = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);, semctl(fd, 0, SETVAL, 3)) \
	X(msgget, , msgget(IPC_PRIVATE, IPC_CREAT | 0600)) \
	X(msgsnd, { fd = msgget(IPC_PRIVATE, IPC_CREAT | 0600); *(long *)buf = 1; }, msgsnd(fd, buf, 20, 0)) \
	X(msgrcv, { fd = msgget(IPC_PRIVATE, IPC_CREAT | 0600); *(long *)buf = 1; msgsnd(fd, buf, 20, 0); }, msgrcv(fd, buf, 20, 0, 0)) \
	X(msgctl, fd = msgget(IPC_PRIVATE, IPC_CREAT | 0600);, msgctl(fd, IPC_STAT, (struct msqid_ds *)buf)) \
	X(mq_open, , syscall(SYS_mq_open, "q", O_CREAT | O_RDWR, 0600, NULL)) \
	X(mq_send, fd = syscall(SYS_mq_open, "q", O_CREAT | O_RDWR, 0600, NULL);, syscall(SYS_mq_timedsend, fd, buf, 10, 1, NULL)) \
	X(mq_receive, { fd = syscall(SYS_mq_open, "q", O_CREAT | O_RDWR, 0600, NULL); syscall(SYS_mq_timedsend, fd, buf, 10, 1, NULL); }, \
		syscall(SYS_mq_timedreceive, fd, buf, 10000, NULL, NULL)) \
	X(mq_unlink, fd = syscall(SYS_mq_open, "q2", O_CREAT | O_RDWR, 0600, NULL);, syscall(SYS_mq_unlink, "q2"))

#define SCENARIOS_OF_SOCKETS(X) \
	X(socket_tcp, , socket(AF_INET, SOCK_STREAM, 0)) \
	X(socket_udp6, , socket(AF_INET6, SOCK_DGRAM, 0)) \
	X(socket_netlink, , socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) \
	X(socket_packet, , socket(AF_PACKET, SOCK_RAW, htons(3))) \
	X(socket_alg, , socket(38, SOCK_SEQPACKET, 0)) \
	X(socketpair, , socketpair(AF_UNIX, SOCK_DGRAM, 0, p)) \
	X(bind_tcp, fd = socket(AF_INET, SOCK_STREAM, 0);, bind(fd, (void *)any(0), sizeof(address))) \
	X(bind_udp, fd = socket(AF_INET, SOCK_DGRAM, 0);, bind(fd, (void *)any(0), sizeof(address))) \
	X(bind_unix, { fd = socket(AF_UNIX, SOCK_STREAM, 0); unlink("/tmp/u"); }, bind(fd, (void *)local("/tmp/u"), sizeof(path))) \
	X(listen_tcp, fd = socket(AF_INET, SOCK_STREAM, 0);, listen(fd, 5)) \
	X(connect_tcp, { fd = listener(); other = socket(AF_INET, SOCK_STREAM, 0); }, connect(other, (void *)&address, sizeof(address))) \
	X(connect_tcp6, { fd = listener6(); other = socket(AF_INET6, SOCK_STREAM, 0); }, connect(other, (void *)&address6, sizeof(address6))) \
	X(connect_udp, other = socket(AF_INET, SOCK_DGRAM, 0);, connect(other, (void *)any(9), sizeof(address))) \
	X(connect_unix, { fd = socket(AF_UNIX, SOCK_STREAM, 0); unlink("/tmp/v"); bind(fd, (void *)local("/tmp/v"), sizeof(path)); listen(fd, 3); \
		other = socket(AF_UNIX, SOCK_STREAM, 0); }, connect(other, (void *)&path, sizeof(path))) \
	X(connect_refused, other = socket(AF_INET, SOCK_STREAM, 0);, connect(other, (void *)any(9), sizeof(address))) \
	X(accept_tcp, { fd = listener(); other = socket(AF_INET, SOCK_STREAM, 0); connect(other, (void *)&address, sizeof(address)); }, \
		accept4(fd, NULL, NULL, 0)) \
	X(recv_tcp, { tcp_pair(); send(p[1], buf, 5000, 0); }, recv(p[0], buf, 4000, 0)) \
	X(recvmsg_tcp, { tcp_pair(); send(p[1], buf, 5000, 0); }, recvmsg(p[0], &message, 0)) \
	X(recv_tcp_block, { tcp_pair(); if (!fork()) { usleep(30000); send(p[1], buf, 5, 0); _exit(0); } }, recv(p[0], buf, 4000, 0)) \
	X(peek_tcp, { tcp_pair(); send(p[1], buf, 5000, 0); }, recv(p[0], buf, 4000, MSG_PEEK)) \
	X(recv_udp, { udp_pair(); send(p[1], buf, 100, 0); }, recvfrom(p[0], buf, 4000, 0, NULL, NULL)) \
	X(recv_udp6, { udp6(); sendto(fd, buf, 100, 0, (void *)&address6, sizeof(address6)); }, recv(fd, buf, 4000, 0)) \
	X(recv_unix, { socketpair(AF_UNIX, SOCK_STREAM, 0, p); write(p[1], buf, 9); }, recv(p[0], buf, 9, 0)) \
	X(recv_unix_dgram, { socketpair(AF_UNIX, SOCK_DGRAM, 0, p); write(p[1], buf, 9); }, recv(p[0], buf, 9, 0)) \
	X(recv_netlink, { fd = dump_links(); send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0); }, recv(fd, buf, 8000, 0)) \
	X(recv_packet, { fd = socket(AF_PACKET, SOCK_RAW, htons(3)); udp_pair(); send(p[1], buf, 100, 0); }, recv(fd, buf, 4000, 0)) \
	X(recv_raw, { fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP); udp_pair(); send(p[1], buf, 100, 0); }, recv(fd, buf, 4000, 0)) \
	X(recvmmsg, { udp_pair(); send(p[1], buf, 100, 0); many.msg_hdr = message; }, recvmmsg(p[0], &many, 1, 0, NULL)) \
	X(sendmmsg, { udp_pair(); many.msg_hdr = message; }, sendmmsg(p[1], &many, 1, 0)) \
	X(send_udp6, udp6();, sendto(fd, buf, 100, 0, (void *)&address6, sizeof(address6))) \
	X(send_tcp6, { fd = listener6(); other = socket(AF_INET6, SOCK_STREAM, 0); connect(other, (void *)&address6, sizeof(address6)); }, \
		send(other, buf, 3000, 0)) \
	X(send_raw6, fd = socket(AF_INET6, SOCK_RAW, 200); address6.sin6_family = AF_INET6; address6.sin6_addr = in6addr_loopback;, \
		sendto(fd, buf, 100, 0, (void *)&address6, sizeof(address6))) \
	X(send_ping, ping();, sendto(fd, buf, 64, 0, (void *)any(0), sizeof(address))) \
	X(send_fds, { socketpair(AF_UNIX, SOCK_STREAM, 0, p); pass_fd(); }, sendmsg(p[0], &message, 0)) \
	X(recv_fds, { socketpair(AF_UNIX, SOCK_STREAM, 0, p); pass_fd(); sendmsg(p[0], &message, 0); }, recvmsg(p[1], &message, 0)) \
	X(send_zerocopy, { tcp_pair(); setsockopt(p[0], SOL_SOCKET, SO_ZEROCOPY, &yes, 4); }, send(p[0], page, 4096, MSG_ZEROCOPY)) \
	X(sendfile_tcp, { tcp_pair(); dir = "/tmp"; FILE_READY }, sendfile(p[0], fd, NULL, 8192)) \
	X(send_oob, tcp_pair();, send(p[0], buf, 1, MSG_OOB)) \
	X(send_nodelay, { tcp_pair(); setsockopt(p[0], IPPROTO_TCP, TCP_NODELAY, &yes, 4); }, send(p[0], buf, 10, 0)) \
	X(shutdown_tcp, tcp_pair();, shutdown(p[0], SHUT_RDWR)) \
	X(close_tcp, tcp_pair();, close(p[0])) \
	X(close_tcp_unread, { tcp_pair(); send(p[1], buf, 100, 0); }, close(p[0])) \
	X(close_tcp_last, { tcp_pair(); close(p[0]); }, close(p[1])) \
	X(close_udp, udp_pair();, close(p[0])) \
	X(close_unix, socketpair(AF_UNIX, SOCK_STREAM, 0, p);, close(p[0])) \
	X(close_netlink, fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);, close(fd)) \
	X(close_packet, fd = socket(AF_PACKET, SOCK_RAW, htons(3));, close(fd)) \
	X(getsockname, fd = listener();, getsockname(fd, (void *)buf, &length)) \
	X(getpeername, tcp_pair();, getpeername(p[0], (void *)buf, &length)) \
	X(getsockopt, tcp_pair();, getsockopt(p[0], SOL_SOCKET, SO_TYPE, buf, &length)) \
	X(getsockopt_info, tcp_pair();, getsockopt(p[0], IPPROTO_TCP, TCP_INFO, buf, &length)) \
	X(setsockopt_tcp, tcp_pair();, setsockopt(p[0], IPPROTO_TCP, TCP_NODELAY, &yes, 4)) \
	X(setsockopt_cong, tcp_pair();, setsockopt(p[0], IPPROTO_TCP, TCP_CONGESTION, "reno", 4)) \
	X(setsockopt_ip, tcp_pair();, setsockopt(p[0], IPPROTO_IP, IP_TTL, &yes, 4)) \
	X(setsockopt_reuse, fd = socket(AF_INET, SOCK_STREAM, 0);, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, 4)) \
	X(setsockopt_filter, fd = socket(AF_INET, SOCK_DGRAM, 0);, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, seccomp_filter(), 16)) \
	X(setsockopt_ipv6, fd = socket(AF_INET6, SOCK_DGRAM, 0);, setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, 4)) \
	X(multicast_join, { fd = socket(AF_INET, SOCK_DGRAM, 0); ((int *)buf)[0] = inet_addr("224.0.0.9"); ((int *)buf)[1] = htonl(INADDR_LOOPBACK); }, \
		setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, buf, 8)) \
	X(ioctl_ifconf, fd = socket(AF_INET, SOCK_DGRAM, 0);, ioctl(fd, 0x8912, interfaces())) \
	X(ioctl_ifflags, { fd = socket(AF_INET, SOCK_DGRAM, 0); interface("lo"); }, ioctl(fd, SIOCGIFFLAGS, &request)) \
	X(ioctl_setaddr, { fd = socket(AF_INET, SOCK_DGRAM, 0); interface("lo"); *(struct sockaddr_in *)&request.ifr_addr = *any(0); }, \
		ioctl(fd, SIOCSIFADDR, &request)) \
	X(ioctl_inq, tcp_pair();, ioctl(p[0], FIONREAD, &value)) \
	X(route_get, fd = route_get();, send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0)) \
	X(route_dump, { fd = dump_links(); ((struct nlmsghdr *)buf)->nlmsg_type = RTM_GETROUTE; }, send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0)) \
	X(address_dump, { fd = dump_links(); ((struct nlmsghdr *)buf)->nlmsg_type = RTM_GETADDR; }, send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0)) \
	X(link_new, fd = new_link("dummy");, send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0)) \
	X(link_veth, fd = new_link("veth");, send(fd, buf, ((struct nlmsghdr *)buf)->nlmsg_len, 0)) \
	X(link_down, { fd = socket(AF_INET, SOCK_DGRAM, 0); interface("lo"); ioctl(fd, SIOCGIFFLAGS, &request); request.ifr_flags &= ~IFF_UP; }, \
		ioctl(fd, SIOCSIFFLAGS, &request)) \
	X(link_up, { fd = socket(AF_INET, SOCK_DGRAM, 0); interface("lo"); ioctl(fd, SIOCGIFFLAGS, &request); request.ifr_flags |= IFF_UP; }, \
		ioctl(fd, SIOCSIFFLAGS, &request))

#define SCENARIOS_OF_DEVICES(X) \
	X(null_write, fd = open("/dev/null", O_WRONLY);, write(fd, buf, 100)) \
	X(null_open, , open("/dev/null", O_RDWR)) \
	X(zero_read, fd = open("/dev/zero", O_RDONLY);, read(fd, buf, 5000)) \
	X(zero_mmap, { fd = open("/dev/zero", O_RDWR); map = mmap(NULL, 8192, 3, MAP_PRIVATE, fd, 0); }, map[0] = 1) \
	X(urandom_read, fd = open("/dev/urandom", O_RDONLY);, read(fd, buf, 500)) \
	X(kmsg_write, fd = open("/dev/kmsg", O_WRONLY);, write(fd, "hello\n", 6)) \
	X(kmsg_read, fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);, read(fd, buf, 4000)) \
	X(tty_write, fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);, write(fd, "hello\n", 6)) \
	X(tty_open, , open("/dev/ttyS0", O_RDWR | O_NOCTTY)) \
	X(tty_close, fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);, close(fd)) \
	X(tty_tcgets, fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);, ioctl(fd, TCGETS, buf)) \
	X(tty_tcsets, { fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY); ioctl(fd, TCGETS, buf); }, ioctl(fd, TCSETS, buf)) \
	X(pty_open, , open("/dev/ptmx", O_RDWR)) \
	X(pty_write, pty();, write(p[0], "hello\n", 6)) \
	X(pty_read, { pty(); write(p[0], "hello\n", 6); usleep(20000); }, read(p[1], buf, 10)) \
	X(pty_close, pty();, close(p[0])) \
	X(vt_write, fd = open("/dev/tty0", O_RDWR);, write(fd, "hello\n", 6)) \
	X(loop_ioctl, fd = open("/dev/loop0", O_RDONLY);, ioctl(fd, LOOP_GET_STATUS64, buf)) \
	X(block_read, { fd = open("/dev/loop0", O_RDONLY); posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }, read(fd, buf, 8192)) \
	X(block_write, fd = open("/dev/loop0", O_RDWR);, pwrite(fd, buf, 512, 0)) \
	X(block_direct, fd = open("/dev/loop0", O_RDONLY | O_DIRECT);, pread(fd, page, 4096, 0)) \
	X(block_getsize, fd = open("/dev/loop0", O_RDONLY);, ioctl(fd, _IOR(0x12, 114, size_t), &value)) \
	X(rtc_read, fd = open("/dev/rtc0", O_RDONLY);, ioctl(fd, _IOR('p', 9, char[36]), buf)) \
	X(mem_read, fd = open("/dev/mem", O_RDONLY);, pread(fd, buf, 16, 0x9f000)) \
	X(input_open, , open("/dev/input/event0", O_RDONLY)) \
	X(tun_setiff, { fd = open("/dev/net/tun", O_RDWR); interface("t0"); request.ifr_flags = 2; }, ioctl(fd, _IOW('T', 202, int), &request)) \
	X(cpuid_read, fd = open("/dev/cpu/0/cpuid", O_RDONLY);, pread(fd, buf, 16, 0))
