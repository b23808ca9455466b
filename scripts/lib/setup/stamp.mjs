import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { replaceFile } from '../files.mjs';
import { at } from '../paths.mjs';
import { which } from '../run.mjs';

/*
 * Records which inputs each output was built from. It compares content, not time: switching to
 * another branch and back builds nothing.
 */

const stampFile = (name) => at('build', 'stamps', name);

/** Hash of texts, in order. */
export function hash(...texts) {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(`${text.length}:`).update(text);
  return sum.digest('hex');
}

/** Hash of the names and contents of files. A missing file has a hash of its own. */
export function hashFiles(paths) {
  return hash(...paths.flatMap((path) => [path, existsSync(path) ? readFileSync(path) : 'absent']));
}

/** Identifies a compiler in one line, because another version needs another build. Running it for its version takes too long. */
export function toolIdentity(name) {
  const found = which(name);
  if (!found) return `${name}: absent`;
  const path = realpathSync(found);
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

/** True if the outputs exist and were built from these inputs. */
export function isFresh(name, inputs, outputs) {
  return outputs.every((path) => existsSync(path)) && existsSync(stampFile(name)) && readFileSync(stampFile(name), 'utf8') === inputs;
}

export function setStamp(name, inputs) {
  replaceFile(stampFile(name), inputs);
}
