// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The tracepoint rung: where each program hangs, and nothing else. tracefs has the number of each tracepoint. */
#define LOWER_RUNG
#include "events/transition.bpf.h"
#include "owner/exit.bpf.h"
#include "base/object.bpf.h"

SEC("tp/sock/inet_sock_set_state")
int connwatch_state(struct trace_event_raw_inet_sock_set_state *event)
{
	on_transition((struct sock *)event->skaddr, event->oldstate, event->newstate);
	return 0;
}

SEC("tp/tcp/tcp_destroy_sock")
int connwatch_destroy(struct trace_event_raw_tcp_event_sk *event)
{
	on_gone((struct sock *)event->skaddr);
	return 0;
}

SEC("tp/sched/sched_process_exit")
int connwatch_exit(void *event)
{
	on_exit(current_task());
	return 0;
}

SEC("tp/tcp/tcp_retransmit_synack")
int connwatch_synack(struct trace_event_raw_tcp_retransmit_synack *event)
{
	on_synack_again((struct sock *)event->skaddr);
	return 0;
}

#include "looks/looks-lower.bpf.h"
#include "events/sync-hooks.bpf.h"
