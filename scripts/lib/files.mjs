import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** All files below a folder that pass the filter, sorted. */
export function filesBelow(folder, takes = () => true) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, takes);
      return takes(path) ? [path] : [];
    })
    .sort();
}

/** Replaces a file atomically: a reader sees the old content or the new content. */
export function replaceFile(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = draftOf(path);
  writeFileSync(draft, content, { mode });
  renameSync(draft, path);
}

/**
 * Makes a file or folder under a temporary name and renames it when it is complete. Removes it if `make` fails or is
 * interrupted.
 * @param {string} path
 * @param {(draft: string) => Promise<void>} make
 */
export async function makeWhole(path, make) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = draftOf(path);
  await removingAfter(draft, async () => {
    await make(draft);
    // Renaming replaces a file, so it is never missing; a folder must be removed first.
    if (statSync(draft).isDirectory()) rmSync(path, { recursive: true, force: true });
    renameSync(draft, path);
  });
}

/** Runs work with a temporary folder. @template T @param {(folder: string) => Promise<T>} work @returns {Promise<T>} */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-'));
  return removingAfter(folder, () => work(folder));
}

const draftOf = (path) => `${path}.${process.pid}.tmp`;

async function removingAfter(path, work) {
  const remove = () => rmSync(path, { recursive: true, force: true });
  // process.exit() on a signal runs no `finally`.
  process.once('exit', remove);
  try {
    return await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/**
 * Sets the mode of every file of a tree, whatever the umask of who builds, and the time if it is given, in seconds. So two packages of a
 * commit are equal.
 */
export function settle(path, time) {
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name), time);
  chmodSync(path, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (time !== undefined) utimesSync(path, time, time);
}
