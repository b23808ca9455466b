/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a process was started as, noted when it is: later it can call itself anything. */
#ifndef CONNWATCH_COMMAND_H
#define CONNWATCH_COMMAND_H

#include "base/emit.bpf.h"

/* The stack of a program and all it calls is 512 bytes. */
#define PATH_STEP 128
/* PATH_MAX is 4096. */
#define PATH_STEPS 33

/* For a new entry, which is filled in its place. */
const struct cw_command no_command;

/* The address of the NUL at the end of a string in the kernel. */
static __noinline u64 end_of(u64 string)
{
	char text[PATH_STEP];
	long length = 0;

	for (int i = 0; i < PATH_STEPS; i++) {
		length = bpf_probe_read_kernel_str(text, sizeof(text), (void *)string);
		if (length < PATH_STEP)
			break;
		string += PATH_STEP - 1;
	}
	return length > 0 ? string + length - 1 : string;
}

#define HEAD(a, b, c, d) ((u32)(a) | (u32)(b) << 8 | (u32)(c) << 16 | (u32)(d) << 24)

/* Executables that may run a script, by their first four bytes; native/keys/command.cc decides. */
static __always_inline bool may_interpret(const char *exe)
{
	switch (*(const u32 *)exe) {
	case HEAD('p', 'y', 't', 'h'):
	case HEAD('p', 'y', 'p', 'y'):
	case HEAD('n', 'o', 'd', 'e'):
	case HEAD('r', 'u', 'b', 'y'):
	case HEAD('p', 'e', 'r', 'l'):
	case HEAD('j', 'a', 'v', 'a'):
	case HEAD('b', 'a', 's', 'h'):
	case HEAD('d', 'a', 's', 'h'):
	case HEAD('p', 'h', 'p', 0):
	case HEAD('p', 'h', 'p', '5'):
	case HEAD('p', 'h', 'p', '7'):
	case HEAD('p', 'h', 'p', '8'):
	case HEAD('b', 'u', 'n', 0):
	case HEAD('d', 'e', 'n', 'o'):
	case HEAD('l', 'u', 'a', 0):
	case HEAD('l', 'u', 'a', '5'):
	case HEAD('l', 'u', 'a', 'j'):
	case HEAD('d', 'o', 't', 'n'):
		return true;
	}
	return false;
}

/* Whether a path ends in this name. */
static __noinline bool names(u64 path, u64 end, const char *name, long length)
{
	char tail[CW_FILE_LEN] = {};
	const u64 *left = (const u64 *)tail, *right = (const u64 *)name;
	char before = '/';
	u64 from;

	if (length <= 0 || length > CW_FILE_LEN || !name)
		return false;
	from = end - (length - 1);
	if (from < path)
		return false;
	if (from > path)
		bpf_probe_read_kernel(&before, 1, (void *)(from - 1));
	bpf_probe_read_kernel_str(tail, sizeof(tail), (void *)from);
#pragma unroll
	for (int i = 0; i < CW_FILE_LEN / 8; i++)
		if (left[i] != right[i])
			return false;
	return before == '/';
}

static __always_inline void read_arguments(struct cw_command *command, struct mm_struct *mm)
{
	unsigned long start = GET(mm, arg_start);
	u64 length = GET(mm, arg_end) - start;

	if (length > CW_ARGS_LEN)
		length = CW_ARGS_LEN;
	command->args_length = 0;
	if (!bpf_probe_read_user(command->args, length, (const void *)start))
		command->args_length = length;
}

/* Nothing is kept of a process whose executable says it all. */
static __always_inline void on_exec(struct task_struct *task, const struct linux_binprm *program)
{
	struct cw_command *command;
	char exe[CW_FILE_LEN] = {};
	u64 path = (u64)GET(program, filename);
	u64 end = end_of(path);
	u32 pid = GET(task, tgid);
	const unsigned char *name = BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name);
	long length = bpf_probe_read_kernel_str(exe, sizeof(exe), name);

	if (!may_interpret(exe) && names(path, end, exe, length)) {
		bpf_map_delete_elem(&commands, &pid);
		return;
	}
	if (bpf_map_update_elem(&commands, &pid, &no_command, BPF_ANY))
		return;
	command = bpf_map_lookup_elem(&commands, &pid);
	if (!command)
		return;
	bpf_probe_read_kernel_str(command->file, sizeof(command->file),
				  (void *)(end - path < CW_FILE_LEN ? path : end - (CW_FILE_LEN - 1)));
	if (GET(task, mm))
		read_arguments(command, GET(task, mm));
}

/* A child is what its parent is until it executes something itself. */
static __always_inline void on_fork(struct task_struct *parent, struct task_struct *child)
{
	u32 pid = GET(child, tgid), from = GET(parent, tgid);
	struct cw_command *command;

	if (GET(child, pid) != GET(child, tgid))
		return;
	command = bpf_map_lookup_elem(&commands, &from);
	if (command)
		bpf_map_update_elem(&commands, &pid, command, BPF_ANY);
}

static __always_inline void forget_command(struct task_struct *task)
{
	u32 pid = GET(task, tgid);

	bpf_map_delete_elem(&commands, &pid);
}

#endif
