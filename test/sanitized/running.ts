import { strict as assert } from 'node:assert';
import { systemFacts } from '../../src/doctor/index.ts';
import type { Batch, Manager } from '../../src/ebpf/index.ts';
import { dropPrivileges } from '../../src/ebpf/privileges.ts';
import { turns } from '../harness/files.ts';
import { running } from './managed.ts';
import { type Scenarios, TINY } from './open.ts';
import { Traffic } from './traffic.ts';

export const RUNNING: Scenarios = {
  async 'drains under traffic with everything full'() {
    await using traffic = await Traffic.start();
    let [records, cuts] = [0, 0];
    const take = (batch: Batch, manager: Manager) => {
      records += batch.length;
      if (batch.cut === undefined) return;
      cuts += 1;
      for (const id of new Set(batch.cut.live.key)) manager.get(id);
      manager.release(batch.cut.live.key);
    };
    const managers = [running(TINY, take), running({}, take)];
    for (let round = 0; round < 20; round++) {
      await traffic.more(40);
      for (const manager of managers) manager.requestCut();
    }
    for (const manager of managers) await manager.close();
    assert.ok(records > 400 && cuts >= 38, `${records} records, ${cuts} cuts`);
  },

  async 'is asked what the kernel takes'() {
    for (let round = 0; round < 2; round++) {
      const { trials } = systemFacts({ ringSize: 4096, bpfObject: undefined, attach: 'auto', syncFailures: 'auto' });
      assert.ok(!(trials instanceof Error));
      assert.equal(trials.object, undefined);
    }
  },

  async 'goes on without privileges'() {
    await using traffic = await Traffic.start();
    let cuts = 0;
    const manager = running(TINY, ({ cut }) => void (cuts += cut === undefined ? 0 : 1));
    const { left, threads } = dropPrivileges();
    assert.deepEqual(left, []);
    assert.ok(threads > 1);
    await traffic.more(100);
    for (let round = 0; round < 3; round++) manager.requestCut();
    while (cuts === 0) await turns();
    await manager.close();
    assert.ok(cuts > 0);
  },
};
