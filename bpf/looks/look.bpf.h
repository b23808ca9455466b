/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How a look at open files gets at their sockets. */
#ifndef CONNWATCH_LOOK_H
#define CONNWATCH_LOOK_H

#include "base/rung.bpf.h"

/* NULL: the file is no socket. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;

#ifdef LOWER_RUNG /* bpf_sock_from_file() came with 5.11 */
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
#else
	socket = bpf_sock_from_file(file);
#endif
	return socket ? GET(socket, sk) : NULL;
}

#endif
