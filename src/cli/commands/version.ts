import { commit, version } from '../../internal/version.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';

/** `connwatch version`: works on any machine, so it reports a missing addon without an error. */
export async function printVersion(host: Pick<Host, 'stdout' | 'libbpfVersion'>): Promise<number> {
  const libbpf = await host.libbpfVersion().catch(() => 'not available');
  host.stdout(`connwatch ${version}\ncommit ${commit}\nNode.js ${process.versions.node}\nlibbpf ${libbpf}\n`);
  return EXIT.fine;
}
