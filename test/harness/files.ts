import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** What this process has open, as /proc names it: `anon_inode:bpf-map`, ... Others than `wanted` come and go with Node.js and Vitest. */
export function openFiles(wanted = /bpf|btf|eventpoll/): string[] {
  const target = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // the one that readdir itself had open
    }
  };
  return readdirSync('/proc/self/fd').map(target).filter((name) => wanted.test(name)).sort();
}

/** BPF maps that this process has in its memory: the kernel keeps them, whatever is closed. */
export function mappedBpf(): string[] {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return lines.flatMap((line) => /anon_inode:.*bpf.*$/.exec(line) ?? []).sort();
}

/** libuv closes a poll handle's descriptor a turn of the loop later. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}
