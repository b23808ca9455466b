import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { mountsOf } from '../../harness/kernel/cgroup.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { countsMade, countsOf } from '../../harness/scrape/counts.ts';
import type { Truth } from '../../harness/traffic.ts';

/** Folders of the host that the container needs to run a program of the host's. */
const LIBRARIES = ['/lib', '/lib64', '/usr/lib'];

/**
 * Runs conngen under this name in a container of podman's: with process, network and
 * cgroup namespaces of its own, in a cgroup below the given one.
 */
async function inPodman(name: string, parent: string, args: readonly string[]): Promise<{ id: string; made: Truth }> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-podman-'));
  const [root, idFile] = [join(folder, 'root'), join(folder, 'id')];
  try {
    for (const path of ['/bin', '/dev', '/etc', '/proc', '/run', '/sys', '/tmp', ...LIBRARIES]) mkdirSync(join(root, path), { recursive: true });
    cpSync(at('build', 'test-tools', 'conngen'), join(root, 'bin', name));
    const state = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs', '--events-backend', 'none'];
    const how = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', 'run', '--rm', '--network', 'none', '--cgroupns', 'private'];
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
    const mounts = LIBRARIES.flatMap((path) => ['--volume', `${path}:${path}:ro`]);
    const where = ['--cgroup-parent', parent, '--cidfile', idFile, '--rootfs', root];
    const said = await must(['podman', ...state, ...how, ...limits, ...mounts, ...where, `/bin/${name}`, ...args]);
    return { id: readFileSync(idFile, 'utf8').trim(), made: JSON.parse(said) as Truth };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** podman leaves the parents. Somebody else may use those further up. */
function removeCgroups(path: string): void {
  const { all } = mountsOf(readFileSync('/proc/self/mountinfo', 'utf8'));
  const folders = [join(path, 'conmon'), path, dirname(path), dirname(dirname(path))];
  for (const folder of all.flatMap((mount) => folders.map((it) => join(mount, it)))) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

describeKernel('podman', () => {
  it('has the container that podman calls by this id, and what it does in it, exactly', async () => {
    const random = announcedRandom('podman');
    await using agent = await Agent.start();
    const name = random.name('in-podman');
    const parent = `/kubepods/besteffort/pod${randomUUID()}`;
    try {
      const { id, made } = await inPodman(name, parent, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(20, 80)}`]);
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(made.pid).toBe(1);
      const match = { process_executable_name: name };
      await agent.settles(
        (page) => [countsOf(page, match), countsOf(page, { ...match, workload_container_id: id })],
        [countsMade(made), countsMade(made)],
      );
    } finally {
      removeCgroups(parent);
    }
  });
});
