import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { bpfHeldBy, compileBpf, stillInKernel } from '../../harness/kernel/bpf.ts';
import { wrongBuild } from '../../harness/kernel/wrong-build.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

const kindsOf = (objects: readonly string[]) => [...new Set(objects.map((object) => object.split(' ')[0]))].sort();

describeKernel('the end of an agent', () => {
  it.each<[NodeJS.Signals, { code: number | null; signal: NodeJS.Signals | null }]>([
    ['SIGTERM', { code: 0, signal: null }],
    ['SIGINT', { code: 0, signal: null }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ])('%s leaves no BPF program, map or link', async (signal, exit) => {
    await using agent = await Agent.start();
    using generator = new Generator();
    // A socket that outlives the agent: what the kernel stores for it must go too.
    const traffic = generator.start('outliving', ['listen', '--port', '0']);
    await traffic.said.line({ listening: true });
    const held = bpfHeldBy(agent.pid);
    expect(kindsOf(held)).toEqual(['link', 'map', 'prog']);
    expect(await stillInKernel(held)).toEqual(held);
    agent.signal(signal);
    expect(await agent.exited).toEqual(exit);
    // The kernel frees them a moment later, when nobody can be running them any more.
    await until(() => stillInKernel(held), []);
    await traffic.finish();
  });

  it('by SIGTERM is quick while somebody keeps a connection open', async () => {
    await using agent = await Agent.start({ args: ['--shutdown-timeout', '60s'] });
    // An idle connection that is kept alive has no request to finish.
    await agent.scrape();
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(agent.logs.lines.some(({ level }) => level === 'error' || level === 'fatal')).toBe(false);
  });
});

describeKernel('the start of an agent', () => {
  it('does not mind signals while the kernel looks at its programs', async () => {
    const signals = (starting: Agent): Disposable => {
      const timer = setInterval(() => starting.signal('SIGHUP'), 1);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    };
    await using agent = await Agent.start({ meanwhile: signals });
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });
});

describeKernel('an agent that can’t start', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'connwatch-lifecycle-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['--metrics-addr', '--health-addr'])('says that the port of %s is in use', async (flag) => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const { code, logs } = await Agent.refuse({ args: [flag, address] });
      expect(code).toBe(1);
      const fatal = await logs.line({ level: 'fatal' });
      expect(fatal).toMatchObject({ code: 'CW_PORT_IN_USE' });
      expect(fatal['msg']).toContain(address);
      expect(logs.lines.some(({ msg }) => msg === 'ready')).toBe(false);
      expect(logs.text).not.toMatch(/^\s+at /m);
    } finally {
      other.close();
    }
  });

  it('refuses kernel programs whose records have one field moved', async () => {
    cpSync(at('bpf'), folder, { recursive: true });
    const header = join(folder, 'event.h');
    const moved = readFileSync(header, 'utf8').replace(/(struct cw_event \{[^}]*)cw_u16 rport;([^}]*)cw_u16 error;/, '$1cw_u16 error;$2cw_u16 rport;');
    expect(moved).not.toBe(readFileSync(header, 'utf8'));
    writeFileSync(header, moved);
    const object = join(folder, 'moved.bpf.o');
    await compileBpf(folder, object);

    const { code, logs } = await Agent.refuse({ env: { CONNWATCH_BPF_OBJECT: object } });
    expect(code).toBe(1);
    const fatal = await logs.line({ level: 'fatal' });
    expect(fatal).toMatchObject({ code: 'CW_LAYOUT' });
    expect(fatal['msg']).toContain('rport');
    expect(logs.lines.some(({ msg }) => msg === 'ready')).toBe(false);
  });

  it('says with the words of the verifier why the kernel refuses programs', async () => {
    const listens = '\tif (from == TCP_LISTEN) {\n';
    using build = await wrongBuild('events/transition.bpf.h', listens, `\tfor (;;)\n\t\tbpf_ktime_get_ns();\n${listens}`);
    const { code, logs } = await Agent.refuse({ env: { CONNWATCH_BPF_OBJECT: build.path } });
    expect(code).toBe(1);
    const fatal = await logs.line({ level: 'fatal' });
    expect(fatal).toMatchObject({ code: 'CW_BPF_LOAD', msg: expect.stringMatching(/infinite loop detected.*connwatch_state/) as string });
  });

  it('starts with the same programs compiled from another folder', async () => {
    const sources = join(folder, 'same');
    cpSync(at('bpf'), sources, { recursive: true });
    const object = join(folder, 'same.bpf.o');
    await compileBpf(sources, object);
    await using agent = await Agent.start({ env: { CONNWATCH_BPF_OBJECT: object } });
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });
});
