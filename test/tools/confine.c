// SPDX-License-Identifier: Apache-2.0
/*
 * confine COMMAND...: runs it with all that connwatch asks for and nothing else, as the Helm chart does: uid 0,
 * the capabilities BPF and PERFMON alone, no new privileges, and every file system read-only
 * (where the kernel can do so with all below a mount: since Linux 5.12).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_PERFMON_AND_BPF (1ull << 38 | 1ull << 39)

static int failed(const char *what)
{
	fprintf(stderr, "confine: %s: %s\n", what, strerror(errno));
	return 125;
}

int main(int argc, char **argv)
{
	struct mount_attr private = { .propagation = 1 << 18 /* MS_PRIVATE */ };
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (argc < 2) {
		fprintf(stderr, "usage: confine COMMAND [ARGUMENT]...\n");
		return 125;
	}
	/* First what needs capabilities. No mount that is made later reaches us, so nothing writable does. */
	if (unshare(CLONE_NEWNS))
		return failed("unshare");
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &private, sizeof(private)) ||
	    syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof(read_only)))
		if (errno != ENOSYS) /* before 5.12: without */
			return failed("mount_setattr");
	for (int capability = 0; capability < 64; capability++)
		if (!(CAP_PERFMON_AND_BPF >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EINVAL)
			return failed("PR_CAPBSET_DROP");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return failed("PR_CAP_AMBIENT");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed("PR_SET_NO_NEW_PRIVS");
	for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
		sets[word].permitted = (uint32_t)(CAP_PERFMON_AND_BPF >> (32 * word));
		sets[word].effective = sets[word].permitted;
		sets[word].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, sets))
		return failed("capset");
	execvp(argv[1], argv + 1);
	return failed(argv[1]);
}
