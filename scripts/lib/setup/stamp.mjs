import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { replaceFile } from '../files.mjs';
import { at } from '../paths.mjs';
import { which } from '../run.mjs';

/*
 * What was built from what. Content decides, not time: a checkout of another
 * branch and back builds nothing.
 */

const stampFile = (name) => at('build', 'stamps', name);

/** Hash of texts, in order. */
export function hash(...texts) {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(`${text.length}:`).update(text);
  return sum.digest('hex');
}

/** Hash of files' names and contents; a file that is not there counts as such. */
export function hashFiles(paths) {
  return hash(...paths.flatMap((path) => [path, existsSync(path) ? readFileSync(path) : 'absent']));
}

/** A compiler in one line: another version, another build. Asking it for its version takes too long. */
export function toolIdentity(name) {
  const found = which(name);
  if (!found) return `${name}: absent`;
  const path = realpathSync(found);
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

/** True when the outputs are there and came from these inputs. */
export function isFresh(name, inputs, outputs) {
  return outputs.every((path) => existsSync(path)) && existsSync(stampFile(name)) && readFileSync(stampFile(name), 'utf8') === inputs;
}

export function setStamp(name, inputs) {
  replaceFile(stampFile(name), inputs);
}
