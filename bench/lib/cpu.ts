import { readdirSync, readFileSync } from 'node:fs';

/**
 * Nanoseconds of CPU that a process has used so far, all its threads that live.
 * Exact, where /proc/PID/stat counts in steps of 10 ms.
 */
export function cpuOf(pid: number): number {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) sum += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
  return sum;
}

/** Milliseconds of CPU of a process, of threads that have ended as well: in steps of 10, of which 100 are a second (proc_pid_stat(5)). */
export function totalCpuOf(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).replace(/^.*\) /, '').split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '0'; // a thread that has ended meanwhile
  }
}
