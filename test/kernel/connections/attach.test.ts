import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { expect, it } from 'vitest';
import { AGENT, Agent } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf, lossesOf, unbalanced } from '../../harness/scrape/counts.ts';
import { watched } from '../../harness/watched.ts';
import { type Rung, MECHANISMS } from '../../../src/words/rungs.ts';

const CLOSED_PORT = 7;
/** The kernel has kprobes. */
const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');
/** The kernel takes every program of the best rung. */
const hasBtfRung = Number(release().split('.')[0]) > 5 || /^5\.(?:1[2-9])\./.test(release());
/** Debian's kernels refuse perf events to who lacks CAP_SYS_ADMIN. A guest is ours to change. */
const ALLOW_PERF = process.env['CONNWATCH_TEST_VM'] ? 'echo 2 >/proc/sys/kernel/perf_event_paranoid; ' : '';
/** Only the agent sees tracefs. */
const WITH_TRACEFS = ['unshare', '--mount', 'sh', '-c', `${ALLOW_PERF}{ test -d /sys/kernel/tracing/events || mount -t tracefs none /sys/kernel/tracing; } && exec "$0" "$@"`, at('build', 'test-tools', 'confine')];
const FLAGS = ['--interval', '200ms', '--log-format', 'json', '--socket', 'off', '--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0'];

const RUNGS: readonly Rung[] = hasKprobes ? ['raw', 'tracepoint', 'kprobe'] : ['raw', 'tracepoint'];

for (const rung of RUNGS) {
  describeKernel(`attached by --attach ${rung}`, () => {
    const random = announcedRandom(`attach ${rung}`);
    const on = watched({ command: [...WITH_TRACEFS, ...AGENT], args: [...FLAGS, '--attach', rung] });

    it('says so, and its programs are of that kind', async () => {
      const page = await on.agent.scrape();
      const [probe] = page.select('connwatch_probe_attached', { probe: 'connwatch_state' });
      expect(probe).toMatchObject({ labels: { mechanism: MECHANISMS[rung] }, value: 1 });
      expect(on.agent.logs.lines.find(({ msg }) => msg === 'ready')).toMatchObject({ attach: rung });
      expect(on.agent.logs.lines.find(({ msg }) => msg === 'attached in a way that lacks something')).toMatchObject({ attach: rung });
    });

    it.each<[string, string, string[]]>(
      ['127.0.0.1', '::1'].flatMap((address): [string, string, string[]][] => [
        [address, 'success', ['plain', '--port', '0', '--own-listener']],
        [address, 'success', ['plain', '--port', '0', '--own-listener', '--end', 'rst']],
        [address, 'success', ['plain', '--port', '0', '--own-listener', '--end', 'half']],
        [address, 'refused', ['plain', '--port', `${CLOSED_PORT}`]],
        [address, 'unanswered', ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500']],
        [address, 'cancelled', ['cancel', '--port', `${SILENT_PORT}`]],
        [address, 'cancelled', ['kill', '--port', `${SILENT_PORT}`]],
      ]),
    )('%s, %s: each attempt, outcome and accept once, of its owner (%j)', async (address, outcome, args) => {
      const name = random.name('made');
      const count = random.between(20, 80);
      const made = await on.generator.run(name, [...args, '--count', `${count}`, '--address', address, '--check-snmp'], on.namespace);
      const successes = outcome === 'success' ? count : 0;
      const failures = successes > 0 ? {} : { [outcome]: count };
      expect(countsMade(made)).toEqual({ attempts: count, successes, failures, pending: 0, accepts: successes });
      expect(made.snmp).toEqual({ active_opens: count, passive_opens: successes, agrees: true });
      const workload = { process_executable_name: name };
      const page = await on.agent.settles(
        (page, history) => ({
          counts: countsOf(page, workload),
          open: page.select('connwatch_tcp_connections_open', workload).reduce((sum, { value }) => sum + value, 0),
          pid: history.sum('tcp_connects_by_pid', { pid: `${made.pid}`, comm: made.comm }),
        }),
        { counts: countsMade(made), open: 0, pid: count },
      );
      expect(unbalanced(page)).toEqual({});
      expect(lossesOf(page)).toEqual({});
    });
  });
}

describeKernel('--attach', () => {
  if (hasBtfRung)
    it('auto takes btf where the kernel accepts it', async () => {
      await using agent = await Agent.start();
      expect(agent.logs.lines.find(({ msg }) => msg === 'ready')).toMatchObject({ attach: 'btf' });
      expect(agent.logs.lines.filter(({ msg }) => msg === 'the kernel refused a better way to attach')).toEqual([]);
    });
  else
    it('auto takes raw before Linux 5.12, and says why', async () => {
      await using agent = await Agent.start();
      expect(agent.logs.lines.find(({ msg }) => msg === 'ready')).toMatchObject({ attach: 'raw' });
      expect(agent.logs.lines.filter(({ msg }) => msg === 'the kernel refused a better way to attach')).toMatchObject([{ attach: 'btf' }]);
    });

  if (!hasKprobes)
    it('kprobe is refused by a kernel without kprobes', async () => {
      const { code, logs } = await Agent.refuse({ args: ['--attach', 'kprobe'] });
      expect(code).toBe(1);
      expect(logs.lines.find(({ level }) => level === 'fatal')).toMatchObject({ code: 'CW_BPF_ATTACH' });
    });
});
