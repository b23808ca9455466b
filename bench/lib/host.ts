import { arch, cpus, loadavg, release, totalmem } from 'node:os';

/** What kind of machine this is, without its name. */
export function describeHost(): string {
  const load = loadavg()[0] ?? 0;
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Linux ${release().split('-')[0]} ${arch()}, ${cpus().length} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB`,
    `Node.js ${process.versions.node}`,
    `load average ${load.toFixed(1)} before`,
  ].join('; ');
}
