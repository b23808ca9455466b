import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent, type AgentOptions } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { countsMade, countsOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';

// Since Linux 5.19 nothing is needed, but where it could be set to ask for CAP_BPF, that is kept (src/ebpf/privileges.ts).
const settable = readFileSync('/proc/sys/kernel/unprivileged_bpf_disabled', 'utf8').trim() === '0';
const KEEPS = settable ? { names: ['CAP_BPF'], set: '8000000000' } : { names: [], set: '0' };
const BPF_AND_PERFMON = 'c000000000';

const FIELDS = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'CapBnd', 'NoNewPrivs'];

/** What the kernel says of each thread: sets of capabilities without leading zeros, and no new privileges. */
function threadsOf(pid: number): Set<string> {
  const status = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'));
  const field = (text: string, name: string) => new RegExp(`^${name}:\\s*0*([0-9a-f]+)$`, 'm').exec(text)?.[1] ?? 'missing';
  return new Set(status.map((text) => FIELDS.map((name) => `${name} ${field(text, name)}`).join(', ')));
}

describeKernel('the privileges of an agent', () => {
  const random = announcedRandom('privileges');

  it.each<[NonNullable<AgentOptions['privileges']>, string, string[]]>([
    // Only CAP_SETPCAP takes something out of the bounding set.
    ['least', BPF_AND_PERFMON, ['CAP_PERFMON', 'CAP_BPF']],
    ['all', KEEPS.set, KEEPS.names],
  ])('are as good as none after the start with %s, in every thread, and it still counts', async (privileges, inBounding, bounding) => {
    await using agent = await Agent.start({ privileges });
    const least = new Set([`CapInh 0, CapPrm ${KEEPS.set}, CapEff ${KEEPS.set}, CapAmb 0, CapBnd ${inBounding}, NoNewPrivs 1`]);
    expect(threadsOf(agent.pid)).toEqual(least);
    expect(await agent.logs.line({ msg: 'privileges dropped' })).toMatchObject({ keeps: KEEPS.names, bounding, noNewPrivileges: true });
    expect(agent.logs.text).not.toContain('--disable-sigusr1');

    using generator = new Generator();
    const name = random.name('dropped');
    const made = await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(100, 900)}`]);
    await agent.settles((page) => countsOf(page, { process_executable_name: name }), countsMade(made));
    // Threads that were made meanwhile have no more than their makers.
    expect(threadsOf(agent.pid)).toEqual(least);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });

  it('suffice for maps, statistics and iterators, and load nothing any more', async () => {
    const printed = await must([process.execPath, '--disable-sigusr1', '--input-type=module', '-e', WITHOUT, at('src', 'ebpf')]);
    expect(JSON.parse(printed)).toEqual({ live: 200, refused: 'CW_PERMISSION', threads: [KEEPS.set] });
  });

  it('are taken from threads that block signals while they begin or end, as under load', async () => {
    const preload = `LD_PRELOAD=${at('build', 'test-tools', 'libblocked')}`;
    const printed = await must(['env', preload, process.execPath, '--disable-sigusr1', '--input-type=module', '-e', BLOCKED, at('src', 'ebpf')]);
    expect(JSON.parse(printed)).toEqual({ left: [], noNewPrivileges: true });
  });

  it('are told of as left where a thread sleeps that blocks signals', async () => {
    const printed = await must([process.execPath, '--input-type=module', '-e', BLOCKED, at('src', 'ebpf')]);
    const { left, noNewPrivileges } = JSON.parse(printed) as { left: string[]; noNewPrivileges: boolean };
    expect(left).toContain('CAP_PERFMON');
    expect(noNewPrivileges).toBe(false);
  });
});

const BLOCKED = `
  const { dropPrivileges } = await import(process.argv[1] + '/privileges.ts');
  const { left, noNewPrivileges } = dropPrivileges();
  console.log(JSON.stringify({ left, noNewPrivileges }));
  process.exit(0);
`;

// With 16 slots for start records nearly all of the sockets are found by the iterator.
const WITHOUT = `
  const { Manager } = await import(process.argv[1] + '/index.ts');
  const { dropPrivileges } = await import(process.argv[1] + '/privileges.ts');
  const { connect, createServer } = await import('node:net');
  const { once } = await import('node:events');
  const { readFileSync, readdirSync } = await import('node:fs');
  const manager = new Manager({ connSlots: 16 });
  manager.start();
  dropPrivileges();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = Array.from({ length: 200 }, () => connect(server.address().port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  let live = 0;
  const done = new Promise((resolve) => manager.batches.subscribe(({ cut }) => cut && setImmediate(resolve)));
  manager.batches.subscribe(({ cut }) => {
    for (let row = 0; row < (cut?.live.rows ?? 0); row++) {
      const key = manager.get(cut.live.key[row]);
      if (key?.role === 'client' && key.port === server.address().port) live += cut.live.count[row];
    }
  });
  manager.requestCut();
  await done;
  let refused = 'nothing';
  try { new Manager().start(); } catch (error) { refused = error.code; }
  const of = (thread) => readFileSync('/proc/self/task/' + thread + '/status', 'utf8').match(/CapPrm:\\s*0*([0-9a-f]+)/)[1];
  const threads = [...new Set(readdirSync('/proc/self/task').map(of))];
  console.log(JSON.stringify({ live, refused, threads }));
  process.exit(0);
`;
