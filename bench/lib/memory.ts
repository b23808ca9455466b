import { readFileSync } from 'node:fs';

export interface Memory {
  /** Resident, MB of 10^6 bytes. */
  readonly resident: number;
  /** Of that: the kernel's ring buffer and table, mapped in. They are the kernel's memory, and the ring counts twice. */
  readonly maps: number;
}

export function memoryOf(pid: number): Memory {
  let name = '';
  let [resident, maps] = [0, 0];
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const rss = /^Rss:\s+(\d+) kB/.exec(line)?.[1];
    if (rss === undefined) {
      if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) name = line.split(/\s+/, 6)[5] ?? '';
      continue;
    }
    resident += Number(rss) * 1024;
    if (name.includes('bpf-map')) maps += Number(rss) * 1024;
  }
  return { resident: resident / 1e6, maps: maps / 1e6 };
}
