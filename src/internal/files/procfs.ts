import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { ConnwatchError } from '../errors.ts';
import { printable } from '../escape.ts';

// node:fs/promises would load all of readline.
const readFile = promisify(fs.readFile);
const readlink = promisify(fs.readlink);

/** Name of a process (its leader's comm), or `unknown` if it has ended or cannot be read. */
export async function getProcessName(pid: number, root = '/proc'): Promise<string> {
  try {
    return parseComm(await readFile(`${root}/${pid}/comm`));
  } catch {
    return 'unknown';
  }
}

/** The kernel ends the file with one newline, which is not part of the name. A name may contain others. */
export function parseComm(bytes: Uint8Array): string {
  return printable(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);
}

/** TCP counters of one network namespace since its creation (RFC 4022); CurrEstab is a gauge. */
export interface TcpCounters {
  readonly ActiveOpens: number;
  readonly PassiveOpens: number;
  readonly AttemptFails: number;
  readonly CurrEstab: number;
  readonly EstabResets: number;
}

/** @throws the system's error if the file cannot be read, Error if its format is unknown. */
export async function readSnmp(path = '/proc/net/snmp'): Promise<TcpCounters> {
  return parseSnmp(await readFile(path, 'utf8'));
}

/** Reads the two `Tcp:` lines of /proc/net/snmp. @throws as counters */
export function parseSnmp(text: string): TcpCounters {
  return counters(text, 'Tcp', ['ActiveOpens', 'PassiveOpens', 'AttemptFails', 'CurrEstab', 'EstabResets']);
}

/** Reads the two `TcpExt:` lines of /proc/net/netstat. @throws as counters */
export function parseNetstat(text: string): { readonly EmbryonicRsts: number; readonly ListenOverflows: number; readonly ListenDrops: number } {
  return counters(text, 'TcpExt', ['EmbryonicRsts', 'ListenOverflows', 'ListenDrops']);
}

/** Two lines of a group: names, then values in the same order. @throws Error if one is missing or not a number. */
function counters<Name extends string>(text: string, group: string, wanted: readonly Name[]): Record<Name, number> {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith(`${group}: `))
    .map((line) => line.trim().split(/\s+/));
  const value = (name: Name): number => {
    const index = names?.indexOf(name) ?? -1;
    const field = index < 1 ? undefined : values?.[index];
    if (field === undefined || !/^\d+$/.test(field)) throw new ConnwatchError(`the kernel has no usable counter ${group} ${name}`, { code: 'CW_PROC' });
    return Number(field);
  };
  return Object.fromEntries(wanted.map((name) => [name, value(name)])) as Record<Name, number>;
}

/**
 * Inode number of a process's network namespace, as in `net:[4026531840]`.
 * @throws the system's error if the process has ended or may not be inspected.
 */
export async function netnsInode(pid: number | 'self' = 'self', root = '/proc'): Promise<number> {
  return parseNamespaceLink(await readlink(`${root}/${pid}/ns/net`));
}

export function parseNamespaceLink(link: string): number {
  const inode = /^[a-z_]+:\[(\d+)\]$/.exec(link)?.[1];
  if (inode === undefined) throw new ConnwatchError(`not a namespace link: ${link}`, { code: 'CW_PROC' });
  return Number(inode);
}
