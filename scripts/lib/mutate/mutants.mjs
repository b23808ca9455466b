/*
 * The branches to remove from the kernel programs, one at a time, and the test that must then fail.
 * `find` is an exact text that must occur once in the file, so that every mutant still changes something
 * after a change of the programs.
 *
 * @typedef {{file: string, find: string, replace: string}} Edit
 * @typedef {{idea: string, name: string, edits: Edit[], test: string, title: string}} Mutant
 */

const outcomes = 'test/kernel/connections/outcomes.test.ts';
const owners = 'test/kernel/owners/owners.test.ts';
const containers = 'test/kernel/owners/containers.test.ts';
const lost = 'test/kernel/connections/lost.test.ts';
const startup = 'test/kernel/agent/startup.test.ts';
const accuracy = 'test/accuracy/accuracy.test.ts';
const established = 'shows what is established while it is, once on both sides: TCP';

/** @type {Mutant[]} */
export const MUTANTS = [
  {
    idea: 'outcome',
    name: 'the error of the socket is not looked at',
    edits: [{ file: 'base/outcome.bpf.h', find: '\tif (error)\n\t\treturn outcome_of_error(error);\n', replace: '' }],
    test: outcomes,
    title: 'IPv4: refused',
  },
  {
    idea: 'outcome',
    name: 'refused is no error of its own',
    edits: [{ file: 'base/outcome.bpf.h', find: '\tcase CW_ECONNREFUSED:\n\t\treturn CW_OUT_REFUSED;\n', replace: '' }],
    test: outcomes,
    title: 'IPv6: refused',
  },
  {
    idea: 'outcome',
    name: 'a SYN that was sent again makes no difference',
    edits: [{ file: 'base/outcome.bpf.h', find: 'return retransmits ? CW_OUT_UNANSWERED : CW_OUT_CANCELLED;', replace: 'return CW_OUT_CANCELLED;' }],
    test: outcomes,
    title: 'IPv4: unanswered',
  },
  {
    idea: 'outcome',
    name: 'whoever gives up was not answered',
    edits: [{ file: 'base/outcome.bpf.h', find: 'return retransmits ? CW_OUT_UNANSWERED : CW_OUT_CANCELLED;', replace: 'return CW_OUT_UNANSWERED;' }],
    test: outcomes,
    title: 'IPv4: cancelled',
  },
  {
    idea: 'outcome',
    name: 'a connect without a SYN is like any other',
    edits: [{ file: 'base/outcome.bpf.h', find: '\tif (!syn_queued && !deferred)\n\t\treturn CW_OUT_ADDRESS_UNAVAILABLE;\n', replace: '' }],
    test: outcomes,
    title: 'counts connects that find no free local port: 127.0.0.1',
  },
  {
    idea: 'outcome',
    name: 'an ended connect stays pending',
    edits: [{ file: 'events/connect.bpf.h', find: '\telse\n\t\t__sync_val_compare_and_swap(&conn->opened, 0, now & ~CW_COUNTED);\n', replace: '' }],
    test: outcomes,
    title: established,
  },
  {
    idea: 'outcome',
    name: 'nothing is accepted',
    edits: [{ file: 'events/accept.bpf.h', find: 'conn->opened = conn->since & ~CW_COUNTED;', replace: 'conn->opened = conn->since | CW_COUNTED;' }],
    test: outcomes,
    title: 'IPv4: success',
  },
  {
    idea: 'outcome',
    name: 'a closed connection stays open',
    edits: [{ file: 'events/close.bpf.h', find: '\tsubmit(event);\n\tfree_conn(sk, conn);\n', replace: '\tsubmit(event);\n' }],
    test: outcomes,
    title: established,
  },
  {
    idea: 'owner',
    name: 'the name is the thread’s',
    edits: [{ file: 'owner/owner.bpf.h', find: 'READ_COMM(key.comm, leader);', replace: 'READ_COMM(key.comm, task);' }],
    test: owners,
    title: 'is the process, not the thread that connects',
  },
  {
    idea: 'owner',
    name: 'the pid is the thread’s',
    edits: [{ file: 'owner/owner.bpf.h', find: 'record->pid = pid;', replace: 'record->pid = (u32)bpf_get_current_pid_tgid();' }],
    test: owners,
    title: 'is the process, not the thread that connects',
  },
  {
    idea: 'owner',
    name: 'another program image is the same owner',
    edits: [
      { file: 'owner/owner.bpf.h', find: 'process->exec_id == key->exec_id && ', replace: '' },
      { file: 'owner/owner.bpf.h', find: 'a->exec_id == b->exec_id && ', replace: '' },
    ],
    test: owners,
    title: 'is the executable of the moment, when a process becomes another and keeps its pid and name',
  },
  {
    idea: 'owner',
    name: 'two first connects at once lose an owner',
    edits: [{ file: 'owner/owner.bpf.h', find: '\tif (!process)\n\t\tprocess = make_process(leader);\n', replace: '' }],
    test: owners,
    title: 'is known when the threads of a process make its first connects at once',
  },
  {
    idea: 'owner',
    name: 'an accepted connection has no owner',
    edits: [{ file: 'events/accept.bpf.h', find: '\tconn->owner = child->owner;\n\tconn->cgroup = child->cgroup;\n', replace: '' }],
    test: outcomes,
    title: established,
  },
  {
    idea: 'owner',
    name: 'listen() is not looked at',
    edits: [{ file: 'events/transition.bpf.h', find: '\tif (to == TCP_LISTEN)\n\t\treturn on_listen(sk);\n', replace: '' }],
    test: outcomes,
    title: established,
  },
  {
    idea: 'container',
    name: 'the memory controller’s hierarchy is not looked at',
    edits: [{ file: 'owner/cgroup.bpf.h', find: 'cgroup_v1 & CGROUP_V1_MEMORY &&', replace: 'cgroup_v1 & 4 &&' }],
    test: containers,
    title: 'memory, docker, cgroupfs: each connect and accept, when the cgroup is gone',
  },
  {
    idea: 'container',
    name: 'the pids controller’s hierarchy is not looked at',
    edits: [{ file: 'owner/cgroup.bpf.h', find: 'cgroup_v1 & CGROUP_V1_PIDS &&', replace: 'cgroup_v1 & 4 &&' }],
    test: containers,
    title: 'pids, docker, cgroupfs: each connect and accept, when the cgroup is gone',
  },
  {
    idea: 'container',
    name: 'the root of the memory controller’s hierarchy is a cgroup like others',
    edits: [{ file: 'owner/cgroup.bpf.h', find: '\tint level = 0;\n', replace: '\tint level = -1;\n' }],
    test: containers,
    title: 'v2, docker, cgroupfs: each connect and accept, when the cgroup is gone',
  },
  {
    idea: 'container',
    name: 'a process stays in the cgroup that it was first seen in',
    edits: [{ file: 'owner/owner.bpf.h', find: 'if (process->cgroup != key->cgroup && tell_cgroup', replace: 'if (!process->cgroup && tell_cgroup' }],
    test: containers,
    title: 'follows a process from one container to the next',
  },
  {
    idea: 'container',
    name: 'a path that is too deep is told as if it were whole',
    edits: [{ file: 'owner/cgroup.bpf.h', find: 'record->flags |= cut_off;', replace: '' }],
    test: containers,
    title: 'finds a container at the end of a path that is too deep, and guesses nothing above it',
  },
  {
    idea: 'family',
    name: 'IPv6 peers are read as IPv4',
    edits: [{ file: 'base/socket.bpf.h', find: '\tif (is_v6(sk))\n\t\tcopy_v6(to, &sk->__sk_common.skc_v6_daddr);\n\telse\n\t\tmap_v4(to, GET(sk, __sk_common.skc_daddr));\n', replace: '\tmap_v4(to, GET(sk, __sk_common.skc_daddr));\n' }],
    test: outcomes,
    title: 'IPv6: success',
  },
  {
    idea: 'family',
    name: 'IPv4 peers are not read',
    edits: [{ file: 'base/socket.bpf.h', find: '\tif (is_v6(sk))\n\t\tcopy_v6(to, &sk->__sk_common.skc_v6_daddr);\n\telse\n\t\tmap_v4(to, GET(sk, __sk_common.skc_daddr));\n', replace: '\tif (is_v6(sk))\n\t\tcopy_v6(to, &sk->__sk_common.skc_v6_daddr);\n' }],
    test: outcomes,
    title: 'IPv4: success',
  },
  {
    idea: 'loss counter',
    name: 'a full ring is not counted',
    edits: [{ file: 'base/emit.bpf.h', find: '\tadd_loss(CW_LOSS_RING_FULL, what);\n', replace: '' }],
    test: lost,
    title: 'loses detail, but no connect: seen + lost = made',
  },
  {
    idea: 'loss counter',
    name: 'every lost connect has one outcome',
    edits: [{ file: 'events/connect.bpf.h', find: 'return fold_attempt(conn, outcome, retransmits);', replace: 'return fold_attempt(conn, CW_OUT_SUCCESS, retransmits);' }],
    test: lost,
    title: 'loses detail, but no connect: seen + lost = made',
  },
  {
    idea: 'loss counter',
    name: 'a lost accept is added up as a lost close',
    edits: [{ file: 'events/close.bpf.h', find: 'fold_record(conn->cgroup, conn->netns, beginning, &begun);', replace: 'fold_record(conn->cgroup, conn->netns, what, &begun);' }],
    test: lost,
    title: 'does the same for accepts',
  },
  {
    idea: 'fold',
    name: 'what is lost is not added up by cgroup',
    edits: [{ file: 'base/emit.bpf.h', find: '\t__sync_fetch_and_add(&fold->count, 1);\n', replace: '' }],
    test: lost,
    title: 'loses detail, but no connect: seen + lost = made',
  },
  {
    idea: 'scan',
    name: 'what was open before is not looked for',
    edits: [{ file: 'looks/scan.bpf.h', find: '\tif (!conn)\n\t\treturn find(sk, tcp, task, cookie, state);\n', replace: '\tif (!conn)\n\t\treturn;\n' }],
    test: startup,
    title: 'finds open connections with their owners and roles, and counts none as made: 127.0.0.1',
  },
  {
    idea: 'scan',
    name: 'whoever was there before is a client',
    edits: [{ file: 'events/unshown.bpf.h', find: 'return GET(sk, sk_max_ack_backlog) ? CW_ROLE_SERVER : CW_ROLE_CLIENT;', replace: 'return CW_ROLE_CLIENT;' }],
    test: startup,
    title: 'finds open connections with their owners and roles, and counts none as made: 127.0.0.1',
  },
  {
    idea: 'scan',
    name: 'listeners are not met before anything is attached',
    edits: [{ file: 'looks/scan.bpf.h', find: '\t\tif (state == TCP_LISTEN)\n\t\t\tfind_new_listener(sk, task);\n', replace: '' }],
    test: startup,
    title: 'knows whose listener it is that accepts at full speed from before on, also after SIGKILL',
  },
  {
    idea: 'protocol filter',
    name: 'what has the number 6 is TCP',
    edits: [{ file: 'base/socket.bpf.h', find: 'return protocol == IPPROTO_TCP && type == SOCK_STREAM &&\n\t       (family == AF_INET || family == AF_INET6);', replace: 'return protocol == IPPROTO_TCP;' }],
    test: 'test/kernel/connections/not-tcp.test.ts',
    title: 'are not counted, whether there before the agent or made later: netlink, NETLINK_XFRM',
  },
  {
    idea: 'outcome',
    name: 'an old error explains a connect that sent nothing',
    edits: [{ file: 'events/connect.bpf.h', find: '\tif (!syn_queued)\n\t\terror = 0;\n', replace: '' }],
    test: accuracy,
    title: 'Sockets used again, bound, or connected in other ways: no local port with an old error in the socket: IPv4',
  },
  {
    idea: 'outcome',
    name: 'a Fast Open that waits is like any connect without a SYN',
    edits: [{ file: 'events/connect.bpf.h', find: '!syn_queued && is_deferred(sk)', replace: 'false' }],
    test: accuracy,
    title: 'TCP Fast Open: deferred, and taken back: AF_UNSPEC: IPv4',
  },
  {
    idea: 'outcome',
    name: 'the record of the end does not report the success',
    edits: [{ file: 'events/close.bpf.h', find: 'ended.uncounted ? ended.flags | CW_FLAG_OPENED : ended.flags', replace: 'ended.flags' }],
    test: outcomes,
    title: 'IPv4: success',
  },
  {
    idea: 'skipped',
    name: 'nothing ends a record whose end was skipped',
    edits: [{ file: 'events/unshown.bpf.h', find: '\tif (conn)\n\t\tend_unseen(sk, conn);\n', replace: '\t(void)conn;\n' }],
    test: 'test/kernel/connections/unshown.test.ts',
    title: 'one change in a hundred, at random: every attempt, outcome, accept and close',
  },
  {
    idea: 'skipped',
    name: 'a timeout whose error is gone is a refusal',
    edits: [{ file: 'base/outcome.bpf.h', find: 'retransmits || ns >= CW_SYN_TIMEOUT_NS', replace: 'retransmits' }],
    test: 'test/kernel/connections/unshown.test.ts',
    title: 'timeouts of a connect() that blocks, which leaves no error and no count in the socket',
  },
  {
    idea: 'owner',
    name: 'a child is not what its parent was started as',
    edits: [{ file: 'owner/command.bpf.h', find: '\tif (command)\n\t\tbpf_map_update_elem(&commands', replace: '\tif (command && !pid)\n\t\tbpf_map_update_elem(&commands' }],
    test: 'test/kernel/owners/command.test.ts',
    title: 'is the script of a shell, in its children too, whoever starts it',
  },
];
