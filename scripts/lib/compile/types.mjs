import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../files.mjs';
import { at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { hashFiles, isFresh, setStamp } from '../setup/stamp.mjs';
import { PUBLIC_ROOMS, isSource } from './bundle.mjs';

const types = at('dist', 'types');
const typesInputs = () => hashFiles([at('tsconfig.json'), at('tsconfig.types.json'), at('package-lock.json'), ...filesBelow(at('src'), isSource)]);
const typesOutputs = () => PUBLIC_ROOMS.map((room) => join(types, room, 'index.d.ts'));

export const typesAreFresh = () => isFresh('types', typesInputs(), typesOutputs());

/** Writes type declarations of the public rooms, and of the types they refer to, to dist/types. @throws Refusal */
export async function buildTypes() {
  const from = typesInputs();
  rmSync(types, { recursive: true, force: true });
  const { code, stdout } = await run(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.types.json']);
  if (code !== 0)
    throw new Refusal('the type declarations could not be made.', {
      code: 'CW_SETUP_BUILD',
      why: 'tsc found errors:',
      todo: 'if you changed nothing below src/, please report it together with these lines.',
      detail: stdout,
    });
  setStamp('types', from);
}
