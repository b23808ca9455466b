/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The one record layout: what the kernel programs write into the ring buffer,
 * what the addon copies into a batch, what src/ebpf/layout.ts reads.
 *
 * Types only, so that BPF C, C++ and the layout check can all include it. The
 * addon compares its own offsets with the BTF of the BPF object and with
 * layout.ts when it loads, and refuses to start when one of them differs.
 */
#ifndef CONNWATCH_EVENT_H
#define CONNWATCH_EVENT_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "connwatch needs a little-endian machine: src/ebpf/ reads the records so"
#endif

#ifndef __BPF__
#include <stdint.h>
typedef uint8_t cw_u8;
typedef uint16_t cw_u16;
typedef uint32_t cw_u32;
typedef uint64_t cw_u64;
#else
typedef __u8 cw_u8;
typedef __u16 cw_u16;
typedef __u32 cw_u32;
typedef __u64 cw_u64;
#endif

#ifdef __cplusplus
#define CW_ASSERT static_assert
#else
#define CW_ASSERT _Static_assert
#endif

#define CW_ABI_VERSION 4

/* Linux: TASK_COMM_LEN, NAME_MAX + 1. */
#define CW_COMM_LEN 16
#define CW_EXE_LEN 256
/* The end of the path that was executed, and the begin of its arguments. */
#define CW_FILE_LEN 64
#define CW_ARGS_LEN 192
#define CW_ADDR_LEN 16
/* Names of a cgroup and its ancestors; a name is NAME_MAX bytes at most. */
#define CW_CGROUP_LEN 1024
/* Records of cgroups that found the ring full wait in `kept_cgroups`. The time of one
 * that is being written; 0: it is free. */
#define CW_KEPT_CGROUPS 32
#define CW_CGROUP_BUSY 1

enum cw_kind {
	CW_KIND_CONNECT = 1, /* a connect attempt has ended: outcome, error, duration = handshake */
	CW_KIND_ACCEPT = 2,  /* a listener's handshake is complete */
	CW_KIND_CLOSE = 3,   /* an established connection has ended: duration = its life; see CW_FLAG_OPENED */
	CW_KIND_PROCESS = 4, /* struct cw_process: sent once before a process's first record */
	CW_KIND_EXIT = 5,    /* the last thread of a process that has been sent is gone */
	CW_KIND_FLOW = 6,    /* struct cw_event: what a connection moved since it was last told */
	CW_KIND_LISTEN = 7,  /* struct cw_listen: a listening socket's queue */
	CW_KIND_CGROUP = 8,  /* struct cw_cgroup: sent once before a cgroup's first record */
	CW_KIND_NETNS = 9,   /* struct cw_netns: a process in whose network namespace sockets are */
	CW_KIND_TOTAL = 10,  /* struct cw_event, before a close: what the connection moved in all, for a tap */
	CW_KIND_MAX = 11,
};

/* How a connect attempt ended. The order is the order of OUTCOMES in src/words/outcomes.ts. */
enum cw_outcome {
	CW_OUT_SUCCESS = 0,
	CW_OUT_REFUSED = 1,
	CW_OUT_TIMEOUT = 2,
	CW_OUT_RESET = 3,
	CW_OUT_HOST_UNREACHABLE = 4,
	CW_OUT_NETWORK_UNREACHABLE = 5,
	CW_OUT_ADDRESS_UNAVAILABLE = 6,
	CW_OUT_PERMISSION_DENIED = 7,
	CW_OUT_UNANSWERED = 8,
	CW_OUT_CANCELLED = 9,
	CW_OUT_OTHER = 10,
	CW_OUT_MAX = 11,
};

enum cw_role {
	CW_ROLE_NONE = 0,
	CW_ROLE_CLIENT = 1,
	CW_ROLE_SERVER = 2,
};

enum cw_flags {
	CW_FLAG_OWNER = 1 << 0,    /* owner is known */
	CW_FLAG_KERNEL = 1 << 1,   /* a kernel thread's socket */
	CW_FLAG_FOLDED = 1 << 2,   /* stands for records that could not be sent */
	CW_FLAG_FALLBACK = 1 << 3, /* the start record was not in its slot of the array */
	CW_FLAG_NO_SYN = 1 << 4,   /* the attempt ended before a SYN was queued */
	CW_FLAG_SYNC = 1 << 5,     /* it ended before the socket changed its state */
	CW_FLAG_FOUND = 1 << 6,    /* the socket was there before it was watched */
	CW_FLAG_RESET_IN = 1 << 7, /* close: the peer reset the connection */
	CW_FLAG_RESET_OUT = 1 << 8, /* close: its owner did */
	CW_FLAG_ENDED = 1 << 9,    /* listen: the socket listens no more */
	CW_FLAG_CUT_OFF = 1 << 10, /* cgroup: there are more ancestors in v2 than had room */
	CW_FLAG_LATE = 1 << 11,    /* the kernel skipped the program for a change; it was deduced and its time is not known */
	CW_FLAG_OPENED = 1 << 12,  /* close: the record also reports the success or the accept */
	CW_FLAG_COMMAND = 1 << 13, /* process: its command is known */
	CW_FLAG_CUT_OFF_V1 = 1 << 14, /* cgroup: the same of v1 */
	CW_FLAG_FORKED = 1 << 15, /* process: it has executed nothing since it was forked */
};

/*
 * A process, in one number: its pid (thread group id, root pid namespace) in
 * the high half, in the low half a sequence number that grows with every
 * program image that is seen. 0 is unknown.
 */
typedef cw_u64 cw_owner;
#define CW_OWNER_KERNEL 1 /* a kernel thread's */
#define CW_OWNER_FOLDED 2 /* whoever's: counts that could not be told by process */
#define CW_OWNER_FIRST 3

/*
 * A cgroup, in one number: the id of its kernfs node in the v2 hierarchy. With one of these bits the
 * task is in a cgroup of that v1 hierarchy too: the low 31 bits of its id in v1, then those in v2.
 * The kernel counts up the low 32 bits of an id before it gives one out again (fs/kernfs/dir.c).
 */
#define CW_CGROUP_MEMORY (1ULL << 63)
#define CW_CGROUP_PIDS (1ULL << 62)
#define CW_CGROUP_HALF 0x7fffffffULL

struct cw_event {
	cw_u8 version; /* CW_ABI_VERSION */
	cw_u8 kind;    /* enum cw_kind */
	cw_u16 flags;  /* enum cw_flags */
	cw_u32 netns;  /* number of the network namespace: struct cw_netns */
	cw_u64 time;   /* ns, CLOCK_MONOTONIC */
	cw_u64 cookie; /* socket cookie */
	cw_owner owner;
	cw_u64 cgroup;           /* see above */
	cw_u8 raddr[CW_ADDR_LEN]; /* IPv4 is mapped: ::ffff:a.b.c.d */
	cw_u16 lport; /* host byte order */
	cw_u16 rport;
	cw_u16 error; /* errno that the socket holds, 0 if none */
	cw_u16 reserved;
	cw_u64 duration; /* ns; of a connect since its SYN, so that `time` less it tells the socket's attempts apart */
	cw_u8 outcome;   /* connect: enum cw_outcome */
	cw_u8 role;      /* enum cw_role */
	cw_u8 syn_retransmits;
	cw_u8 state;     /* close: the TCP state before CLOSE */
	cw_u32 srtt_us;
	cw_u64 bytes_sent; /* close, flow: acknowledged payload since the last report */
	cw_u64 bytes_received;
	cw_u32 data_retransmits; /* close, flow: segments since the last report */
	cw_u32 handshake;        /* close with CW_FLAG_OPENED: its handshake, ns >> CW_HANDSHAKE_SHIFT */
};

/* 256 ns: a handshake of up to 18 minutes fits into 32 bits. */
#define CW_HANDSHAKE_SHIFT 8

/* What was executed, as its caller named it. */
struct cw_command {
	cw_u8 file[CW_FILE_LEN]; /* the end of the path: of a script, a link, or the executable file */
	cw_u8 args[CW_ARGS_LEN]; /* the first of them, from argv[0] on; each ends with NUL */
	cw_u64 args_length;      /* bytes of args */
};

struct cw_process {
	cw_u8 version;
	cw_u8 kind; /* CW_KIND_PROCESS */
	cw_u16 flags;
	cw_u32 pid;
	cw_u64 time;
	cw_owner owner;
	cw_u64 start_time; /* ns since boot, of the thread group leader */
	cw_u64 cgroup;
	cw_u8 comm[CW_COMM_LEN]; /* of the thread group leader */
	cw_u8 exe[CW_EXE_LEN];   /* base name of the executable file */
	struct cw_command command; /* with CW_FLAG_COMMAND */
};

struct cw_listen {
	cw_u8 version;
	cw_u8 kind; /* CW_KIND_LISTEN */
	cw_u16 flags;
	cw_u32 netns;
	cw_u64 time;
	cw_u64 cookie;
	cw_owner owner;
	cw_u64 cgroup;
	cw_u16 lport;
	cw_u16 reserved;
	cw_u32 queue; /* connections that wait for accept() now */
	cw_u32 limit; /* the backlog: above it the queue is full */
	cw_u32 overflows; /* handshakes dropped since it was last told, while the queue was full */
	cw_u32 drops;     /* handshakes dropped since it was last told, else */
	cw_u32 synack_retransmits; /* since it was last told */
};

struct cw_cgroup {
	cw_u8 version;
	cw_u8 kind; /* CW_KIND_CGROUP */
	cw_u16 flags;
	cw_u32 length; /* bytes of names, in v2 */
	cw_u64 time;
	cw_u64 id;
	cw_u32 v1_length; /* the same in the v1 hierarchy; 0: it has none there */
	cw_u32 reserved;
	cw_u8 names[CW_CGROUP_LEN]; /* its own name first, then its parent's, ...; each ends with NUL */
	cw_u8 v1_names[CW_CGROUP_LEN];
};

/* A network namespace. Its number is the low half of its cookie (struct net, net_cookie), which the
 * kernel never gives twice; an inode number is given again as soon as a namespace is gone. */
struct cw_netns {
	cw_u8 version;
	cw_u8 kind; /* CW_KIND_NETNS */
	cw_u16 reserved;
	cw_u32 netns;
	cw_u32 inode;
	cw_u32 pid; /* a thread in it, 0 if none was found */
};

/* What became of records of one cgroup and network namespace that could not be sent: key and value. */
struct cw_fold_key {
	cw_u64 cgroup;
	cw_u32 netns;
	cw_u32 what; /* enum cw_loss_class */
};

struct cw_fold {
	cw_u64 count;
	cw_u64 bytes_sent;
	cw_u64 bytes_received;
	cw_u64 data_retransmits;
	cw_u64 syn_retransmits;
	cw_u64 resets_in;
	cw_u64 resets_out;
};

/*
 * A live socket: one slot of the map `conns`. User space maps the array and reads
 * it in place, so the slot is part of the layout.
 *
 * `opened` says how far the connection has come and whether that has been counted. Only
 * atomic operations change it, so exactly one party counts each success and each accept:
 * user space at a cut, or the record of the end (docs/DECISIONS.md, decision 1).
 *   0               connecting
 *   even            established at that time (ns), not counted yet
 *   odd             counted: user space or the end sets CW_COUNTED
 */
struct cw_conn {
	cw_u64 cookie; /* 0: free */
	cw_u64 opened;
	cw_u64 since; /* ns: SYN_SENT, or when the accepted socket was established */
	cw_owner owner;
	cw_u64 cgroup;
	cw_u8 raddr[CW_ADDR_LEN];
	cw_u32 netns;
	cw_u8 state; /* TCP_* */
	cw_u8 role;  /* enum cw_role */
	cw_u16 flags; /* CW_FLAG_FOUND, CW_FLAG_LATE, CW_FLAG_FALLBACK */
	cw_u16 rport;
	cw_u16 lport;    /* of a server */
	cw_u32 segs_out; /* tcp_sock.segs_out when the attempt began */
	/* What has been reported, in the terms of struct cw_event; CW_TOLD_ALL after its end. */
	cw_u64 sent_told;
	cw_u64 received_told;
	cw_u32 retransmits_told;
	cw_u32 seen;  /* number of the scan that found it last */
	cw_u8 syn_retransmits;
	cw_u8 reserved;
	/* At the last scan, for people; valid if `seen` is not 0. */
	cw_u16 local_port;
	cw_u32 srtt_us;
	cw_u32 receive_queue; /* bytes that its owner has not read */
	cw_u32 send_queue;    /* bytes that the peer has not acknowledged */
	cw_u64 spare;
	cw_u64 sock; /* address of the kernel's struct sock */
};
#define CW_TOLD_ALL (~0ULL)
#define CW_COUNTED 1ULL

/* Cookies of sockets that had no slot and have ended lately, by their low bits. */
#define CW_FALLBACKS_ENDED 4096

/*
 * Bytes after each element that the reader of these sockets gets, by the number of the reading. The kernel goes on after a
 * full buffer by counting elements, so an element may be skipped there; with other gaps a buffer ends elsewhere.
 */
#define CW_GAP_1 56
#define CW_GAP_2 104

/* Why a record was lost: index of the per-CPU array `losses`, times CW_LOSS_CLASSES, plus class. */
enum cw_loss {
	CW_LOSS_RING_FULL = 0,   /* bpf_ringbuf_reserve failed */
	CW_LOSS_START_STORE = 1, /* no memory for a start record */
	CW_LOSS_OWNER_STORE = 2, /* no memory for a process or listener record */
	CW_LOSS_MAX = 3,
};

/* What was lost: 0 to 10 a connect of that outcome, then the other kinds. */
enum cw_loss_class {
	CW_CLASS_ACCEPT = CW_OUT_MAX,
	CW_CLASS_CLOSE_CLIENT,
	CW_CLASS_CLOSE_SERVER,
	CW_CLASS_PROCESS,
	CW_CLASS_EXIT,
	CW_CLASS_CGROUP,
	CW_CLASS_LISTEN,
	CW_CLASS_MAX,
};
#define CW_LOSS_CLASSES 18
#define CW_LOSSES (CW_LOSS_MAX * CW_LOSS_CLASSES)

/*
 * With the ring's header of 8 a record takes 112 bytes; the conn slot is two cache lines.
 */
CW_ASSERT(sizeof(struct cw_event) == 104, "struct cw_event is 104 bytes");
CW_ASSERT(sizeof(struct cw_process) == 576, "struct cw_process is 576 bytes");
CW_ASSERT(sizeof(struct cw_conn) == 128, "struct cw_conn is 128 bytes");
CW_ASSERT(sizeof(struct cw_listen) == 64, "struct cw_listen is 64 bytes");
CW_ASSERT(sizeof(struct cw_cgroup) == 2080, "struct cw_cgroup is 2080 bytes");
CW_ASSERT(sizeof(struct cw_netns) == 16, "struct cw_netns is 16 bytes");
CW_ASSERT(sizeof(struct cw_fold_key) == 16, "struct cw_fold_key is 16 bytes");
CW_ASSERT(sizeof(struct cw_fold) == 56, "struct cw_fold is 56 bytes");
CW_ASSERT(CW_CLASS_MAX <= CW_LOSS_CLASSES, "loss classes fit their row");

#endif
