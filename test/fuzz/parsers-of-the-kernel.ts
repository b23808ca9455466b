import fc from 'fast-check';
import { parseLockdown, parseMounts, parseRelease, parseStatus } from '../../src/doctor/facts/parse.ts';
import { cgroupPath } from '../../src/ebpf/keys/cgroups.ts';
import { MAX_NAME, parsePath } from '../../src/identity/cgroup-path.ts';
import { containerOf } from '../../src/identity/container-name.ts';
import { resolveCgroup } from '../../src/identity/container.ts';
import { printable } from '../../src/internal/escape.ts';
import { parseComm, parseNamespaceLink, parseNetstat, parseSnmp } from '../../src/internal/files/procfs.ts';
import { accepted, bytes, like, text } from './arbitraries.ts';
import { parser, type Parser } from './parser.ts';

const SNMP = `Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab\nTcp: 1 200 120000 -1 39 20 3 1 4\n`;
const NETSTAT = `TcpExt: SyncookiesSent SyncookiesRecv EmbryonicRsts PruneCalled ListenOverflows\nTcpExt: 0 0 7 0 3\n`;
const STATUS = `Name:\tnode\nPid:\t42\nUid:\t0\t0\t0\t0\nNSpid:\t42\t1\nCapEff:\t000000c000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n`;
const MOUNTS = `36 35 98:0 / /sys/fs/cgroup rw,noatime shared:1 - cgroup2 cgroup2 rw\n37 35 0:12 / /sys/kernel/tra\\040cing rw - tracefs tracefs rw\n`;

const ID = fc.stringMatching(/^[0-9a-f]{64}$/);
const PATHS = [
  `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1234abcd_0000_1111_2222_333344445555.slice/cri-containerd-${'a'.repeat(64)}.scope`,
  `/system.slice/docker-${'0'.repeat(64)}.scope/init.scope`,
  '/kubepods/burstable/pod1234abcd-0000-1111-2222-333344445555/container',
  '/machine.slice/machine-a\\x2db.scope/payload',
  '/../../user.slice/session-1.scope (deleted)',
  '.../docker/x',
  '/',
];
const KINDS = ['container', 'pod', 'service', 'host', 'unresolved'];
// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

const counts = (counters: object | undefined): boolean => counters === undefined || Object.values(counters).every((value) => typeof value === 'number' && value >= 0);

/** What the kernel says: names that anybody may choose, and files of /proc. */
export const ofTheKernel: readonly Parser[] = [
  parser('names of processes: nothing that commands a terminal', bytes, (name) => !CONTROL.test(parseComm(name))),
  parser('names of processes: two of them never look the same', fc.tuple(bytes, bytes), ([a, b]) => printable(a) !== printable(b) || Buffer.compare(a, b) === 0),
  parser('/proc/net/snmp', like(SNMP), (file) => counts(accepted(() => parseSnmp(file)))),
  parser('/proc/net/netstat', like(NETSTAT), (file) => counts(accepted(() => parseNetstat(file)))),
  parser('/proc/PID/ns/net', like('net:[4026531840]'), (link) => counts({ inode: accepted(() => parseNamespaceLink(link)) ?? 0 })),
  parser('/proc/PID/status', like(STATUS), (file) => {
    const status = parseStatus(file);
    return status === undefined || (status.capabilities >= 0n && Array.isArray(status.pids));
  }),
  parser('/proc/PID/mountinfo', like(MOUNTS), (file) => Object.values(parseMounts(file)).every(Array.isArray)),
  parser('/sys/kernel/security/lockdown', like('none [integrity] confidentiality'), (file) => /^\w*$/.test(parseLockdown(file) ?? '')),
  parser('release of the kernel', like('6.1.0-13-amd64', '7.2'), (release) => (parseRelease(release) ?? []).every((number) => number >= 0)),
  parser('names of cgroups, as records have them', fc.tuple(bytes, fc.boolean()), ([names, cutOff]) => {
    const path = cgroupPath({ names, cutOff });
    return path.startsWith(cutOff ? '.../' : '/') && !CONTROL.test(path);
  }),
  parser('paths of cgroups', like(...PATHS), (path) => {
    const parsed = parsePath(path);
    return parsed === undefined || parsed.names.every((name) => name !== '' && !name.includes('/') && name.length <= MAX_NAME);
  }),
  parser('what a cgroup is of', like(...PATHS), (path) => {
    const found = resolveCgroup(path);
    return KINDS.includes(found.kind) && (found.kind !== 'container' || found.id !== '');
  }),
  parser('a container below any cgroups', fc.tuple(fc.array(text), ID), ([above, id]) => {
    const names = above.map((name) => name.replaceAll('/', '')).filter((name) => name !== '');
    const found = resolveCgroup(`/${[...names, `cri-containerd-${id}.scope`].join('/')}`);
    return found.kind === 'container' && found.id === id;
  }),
  parser('names of containers', fc.tuple(like(`docker-${'0'.repeat(64)}.scope`, 'system.slice:docker:x', 'crun-a.b.scope'), fc.array(text)), ([name, above]) => containerOf(name, above)?.id !== ''),
];
