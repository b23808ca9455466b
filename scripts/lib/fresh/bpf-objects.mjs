import { readFileSync, readdirSync } from 'node:fs';
import { run } from '../run.mjs';

/** Ids of the BPF programs, maps and links that a process holds. @returns {Record<'prog' | 'map' | 'link', number[]>} */
export function bpfObjectsOf(pid) {
  const held = { prog: [], map: [], link: [] };
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    // A link's file shows its program's id too.
    const [, kind, id] = /^(link|map|prog)_id:\s*(\d+)$/m.exec(readInfo(pid, fd)) ?? [];
    if (kind) held[kind].push(Number(id));
  }
  return held;
}

function readInfo(pid, fd) {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    return ''; // closed meanwhile
  }
}

/** The ones that still exist, as `prog 12`. */
export async function stillThere(objects) {
  const left = [];
  for (const [kind, ids] of Object.entries(objects))
    for (const id of ids) {
      const { code } = await run('bpftool', [kind, 'show', 'id', String(id)]);
      if (code === 0) left.push(`${kind} ${id}`);
    }
  return left;
}
