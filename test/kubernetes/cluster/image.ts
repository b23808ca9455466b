import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../harness/run.ts';

export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
}

/** Writes an image of one layer, the folder, as `docker save` does. */
export async function saveImage(file: string, name: string, root: string, config: ImageConfig): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-image-'));
  try {
    const layer = join(folder, 'layer.tar');
    await must(['tar', '--create', '--owner=0', '--group=0', '--numeric-owner', '--file', layer, '--directory', root, '.']);
    const hash = createHash('sha256').update(readFileSync(layer)).digest('hex');
    const image = JSON.stringify({ architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [`sha256:${hash}`] }, history: [{ created_by: 'test' }] });
    writeFileSync(join(folder, 'config.json'), image);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]));
    await must(['tar', '--create', '--file', file, '--directory', folder, 'manifest.json', 'config.json', 'layer.tar']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The image of the sandbox of each pod: a program that waits. */
export async function savePause(file: string, name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-pause-'));
  try {
    mkdirSync(join(folder, 'root'));
    writeFileSync(join(folder, 'pause.c'), '#include <signal.h>\n#include <unistd.h>\nstatic void end(int n) { (void)n; _exit(0); }\nint main(void) { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }\n');
    await must(['cc', '-static', '-Os', '-o', join(folder, 'root', 'pause'), join(folder, 'pause.c')]);
    await saveImage(file, name, join(folder, 'root'), { Entrypoint: ['/pause'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
