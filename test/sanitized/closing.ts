import { strict as assert } from 'node:assert';
import type { Session } from '../../src/ebpf/session.ts';
import { Manager, type Config } from '../../src/ebpf/index.ts';
import { turns } from '../harness/files.ts';
import { at } from '../harness/paths.ts';
import { Random } from '../harness/random.ts';
import { running } from './managed.ts';
import { type Scenarios, session, TINY } from './open.ts';
import { Traffic } from './traffic.ts';

const OPERATIONS: readonly ((session: Session, random: Random) => unknown)[] = [
  (it) => it.drain(),
  (it) => it.arm(),
  (it) => it.requestCut(),
  (it) => it.live(),
  (it) => it.listeners(),
  (it) => it.folded(),
  (it) => it.counts(),
  (it) => it.cgroups(),
  (it) => it.processes(),
  (it) => it.gone(),
  (it) => it.cgroupsInUse(),
  (it, random) => it.readKey(random.between(0, 200)),
  (it, random) => it.readProcess(random.between(0, 200)),
  (it, random) => it.setSeriesLimit(random.between(0, 50)),
  (it, random) => it.setFailures(random.between(0, 50)),
  (it, random) => it.setTap(random.between(0, 50), random.between(0, 1) === 1),
  (it) => it.keepSockets(),
  (it) => it.sockets(),
  (it, random) => it.readOwner(random.between(0, 200), random.between(0, 70_000)),
  (it) => it.stats(),
  (it, random) => it.release(Uint32Array.of(0, random.between(0, 200), random.between(0, 200), 2 ** 32 - 1)),
];

export const CLOSING: Scenarios = {
  async 'is closed twice, and refuses everything afterwards'() {
    await using traffic = await Traffic.start();
    const manager = running();
    await traffic.more(100);
    manager.requestCut();
    await manager.close();
    await manager.close();
    const closed = session();
    const { events, keys } = closed;
    closed.close();
    closed.close();
    for (const operation of OPERATIONS) assert.throws(() => operation(closed, new Random(1)), { code: 'CW_CLOSED' });
    // The batch's memory belongs to JavaScript.
    new Uint8Array(events).fill(1);
    new Uint32Array(keys).fill(1);
  },

  async 'is closed by a subscriber, while it drains'() {
    await using traffic = await Traffic.start();
    for (const atCut of [false, true]) {
      let closed = 0;
      const manager = running(TINY, (batch, it) => {
        if (atCut && batch.cut === undefined) return;
        closed += 1;
        void it.close();
      });
      await traffic.more(100);
      if (atCut) manager.requestCut();
      // A cut comes when its scan has finished.
      while (closed === 0) await turns();
      await turns();
      assert.equal(closed, 1);
    }
  },

  async 'are closed in every order'() {
    await using traffic = await Traffic.start();
    for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
      const managers = [running(TINY), running({ connSlots: 16 }), running()];
      await traffic.more(20);
      for (const index of order) {
        managers[index]!.requestCut();
        await managers[index]!.close();
        await traffic.more(20);
      }
    }
    await new Manager().close(); // before it is started
  },

  async 'takes its operations in any order'() {
    await using traffic = await Traffic.start();
    const random = new Random();
    process.stderr.write(`CONNWATCH_TEST_SEED=${random.seed}\n`);
    for (let round = 0; round < 5; round++) {
      const sessions = [session(), session({ connSlots: 16 })];
      const closed = new Set<Session>();
      for (let step = 0; step < 400; step++) {
        const chosen = sessions[random.between(0, 1)]!;
        const operation = OPERATIONS[random.between(0, OPERATIONS.length - 1)]!;
        if (step > 300 && random.between(0, 20) === 0) {
          chosen.close();
          closed.add(chosen);
        } else if (closed.has(chosen)) assert.throws(() => operation(chosen, random), { code: 'CW_CLOSED' });
        else operation(chosen, random);
        if (random.between(0, 9) === 0) await traffic.more(1);
      }
      for (const each of sessions) each.close();
    }
  },

  async 'is collected as garbage without being closed'() {
    await using traffic = await Traffic.start();
    const forget = () => void session();
    for (let round = 0; round < 3; round++) {
      forget();
      await traffic.more(20);
      global.gc!();
      await turns();
    }
  },

  'gives everything back when it cannot start'() {
    const failing: readonly [Partial<Config>, string][] = [
      [{ objectPath: at('nowhere') }, 'CW_BPF_OPEN'],
      [{ objectPath: at('package.json') }, 'CW_BPF_OPEN'],
      [{ objectPath: at('build', 'connwatch.node') }, 'CW_BPF_OPEN'],
      [{ connSlots: 0 }, 'CW_BPF_LOAD'],
    ];
    for (const [config, code] of failing) assert.throws(() => running(config), { code });
  },
};
