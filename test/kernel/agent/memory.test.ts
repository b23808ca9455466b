import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';

const MIB = 1024 * 1024;
/** Stated in docs/operations.md. Storage of sockets and processes comes on top. */
const MOST = 20;

/** Memory of all BPF maps that a process holds, bytes, as the kernel accounts it. */
function mapMemory(pid: number): Map<string, number> {
  const maps = new Map<string, number>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    let info: string;
    try {
      info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    } catch {
      continue; // closed meanwhile
    }
    const id = /^map_id:\s*(\d+)$/m.exec(info)?.[1];
    const memory = /^memlock:\s*(\d+)$/m.exec(info)?.[1];
    if (id !== undefined && memory !== undefined) maps.set(id, Number(memory));
  }
  return maps;
}

describeKernel('kernel memory', () => {
  it('is bounded: the maps of the default settings, filled or not', async () => {
    await using agent = await Agent.start();
    const maps = mapMemory(agent.pid);
    expect(maps.size).toBeGreaterThan(8);
    const total = [...maps.values()].reduce((sum, bytes) => sum + bytes, 0);
    // The ring and the slots are most of it.
    expect(total).toBeGreaterThan(16 * MIB);
    expect(total).toBeLessThan(MOST * MIB);
    process.stderr.write(`kernel memory of ${maps.size} maps: ${(total / MIB).toFixed(1)} MiB\n`);
  });

  it('follows --ring-size', async () => {
    await using agent = await Agent.start({ args: ['--ring-size', '64KiB'] });
    const total = [...mapMemory(agent.pid).values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBeLessThan((MOST - 7) * MIB);
  });
});
