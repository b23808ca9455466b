import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './host.mjs';
import { at } from './paths.mjs';
import { run, which } from './run.mjs';
import { apt } from './system-packages.mjs';

const prometheusFolder = at('.cache', 'prometheus');

/** Prometheus for the tests: unpacked, not installed, so that no daemon starts on the user's machine. */
export const prometheusMissing = () =>
  !['prometheus', 'promtool'].every((name) => existsSync(join(prometheusFolder, 'usr', 'bin', name)));

/** @returns {Promise<string | undefined>} why it is not there; the tests that want it then say so and skip */
export async function fetchPrometheus() {
  if (!which('apt-get') || !which('dpkg-deb')) return 'there is no apt-get here to download it with';
  const draft = `${prometheusFolder}.${process.pid}.tmp`;
  try {
    mkdirSync(draft, { recursive: true });
    let download = await downloadInto(draft);
    if (download.code !== 0 && isRoot()) {
      await apt('update');
      download = await downloadInto(draft);
    }
    const deb = readdirSync(draft).find((name) => name.endsWith('.deb'));
    if (!deb) return `apt-get download: ${download.stderr.trim().split('\n').at(-1)}`;
    const unpack = await run('dpkg-deb', ['-x', join(draft, deb), join(draft, 'root')]);
    if (unpack.code !== 0) return `dpkg-deb: ${unpack.stderr.trim()}`;
    rmSync(prometheusFolder, { recursive: true, force: true });
    renameSync(join(draft, 'root'), prometheusFolder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// As itself, not as the user _apt, who cannot write into this folder.
const downloadInto = (cwd) => run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'prometheus'], { cwd });
