import type { Frame, Workload } from '../feed/frame.ts';
import { sum, workloadOf } from './model.ts';

/** Windows that the page remembers. */
export const REMEMBERED = 120;

/** The last windows, the newest last. A new run of the agent begins anew. */
export function remember(history: readonly Frame[], frame: Frame): Frame[] {
  const last = history.at(-1);
  if (last !== undefined && last.time === frame.time) return [...history.slice(0, -1), frame];
  const same = last?.agent.startTime === frame.agent.startTime;
  return [...(same ? history.slice(1 - REMEMBERED) : []), frame];
}

/** Something that only grows, per second between each two frames; the times are the ends of the windows, Unix seconds. */
export function ratesOf(history: readonly Frame[], value: (frame: Frame) => number): { times: number[]; rates: number[] } {
  const [times, rates]: [number[], number[]] = [[], []];
  for (let i = 1; i < history.length; i++) {
    const [before, now] = [history[i - 1]!, history[i]!];
    times.push(now.time / 1000);
    rates.push(Math.max(0, value(now) - value(before)) / Math.max(0.001, (now.time - before.time) / 1000));
  }
  return { times, rates };
}

/** A number of one workload, 0 in frames without it. */
export function ofWorkload(key: string, value: (workload: Workload) => number): (frame: Frame) => number {
  return (frame) => {
    const workload = workloadOf(frame, key);
    return workload === undefined ? 0 : value(workload);
  };
}

/** For a heat map: successful connects of each window by bucket. */
export function handshakesOf(history: readonly Frame[], key: string): number[][] {
  const columns: number[][] = [];
  for (let i = 1; i < history.length; i++) {
    const [before, now] = [history[i - 1]!, history[i]!].map((frame) => workloadOf(frame, key)?.handshakes ?? []);
    columns.push(now!.map((count, bucket) => Math.max(0, count - (before![bucket] ?? 0))));
  }
  return columns;
}

export const failuresOf = (workload: Workload): number => sum(workload.failures);
