/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The iterators of the lower rungs: they need BTF, but no trust in the pointers of a rung. */
#ifndef CONNWATCH_LOOKS_LOWER_H
#define CONNWATCH_LOOKS_LOWER_H

#include "looks/look.bpf.h"
#include "looks/sweep.bpf.h"

SEC("iter/task_file")
int connwatch_scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = sock_of_file(file);
	if (sk && has_room(ctx->meta->seq))
		scan_socket(ctx->meta->seq, sk, task);
	return 0;
}

SEC("iter/bpf_map_elem")
int connwatch_sweep(struct bpf_iter__bpf_map_elem *ctx)
{
	struct cw_conn *conn;
	u64 *key = ctx->key;
	u64 cookie;

	if (!key)
		return 0;
	cookie = *key;
	conn = conn_slot(cookie);
	if (conn && has_room(ctx->meta->seq))
		sweep_slot(ctx->meta->seq, conn);
	return 0;
}

#endif
