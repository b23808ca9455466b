import type { Kernel } from '../kernel.ts';
import type { Tallies, Tally } from '../tally.ts';

const SHORT: Readonly<Record<string, string>> = {
  ActiveOpens: 'AO',
  PassiveOpens: 'PO',
  AttemptFails: 'AF',
  EstabResets: 'ER',
  CurrEstab: 'CE',
  EmbryonicRsts: 'EmR',
};

/** What the short names of the kernel's counters stand for. */
export const LEGEND = Object.entries(SHORT)
  .map(([name, short]) => `${short} ${name}`)
  .join(', ');

/** `client 23 = 23 ok; server 23 accepted`. */
export function formatTallies(tallies: Tallies): string {
  return Object.entries(tallies)
    .map(([role, of]) => `${role} ${formatTally(of)}`)
    .join('; ');
}

function formatTally({ attempts = 0, successes = 0, failures = {}, pending = 0, accepts = 0, open = {}, ...rest }: Tally): string {
  const ends = [
    ...(successes > 0 ? [`${successes} ok`] : []),
    ...Object.entries(failures).map(([type, count]) => `${count} ${type}`),
    ...(pending > 0 ? [`${pending} pending`] : []),
  ];
  const parts = [
    ...(attempts > 0 || ends.length > 0 ? [`${attempts} = ${ends.join(' + ') || '0'}`] : []),
    ...(accepts > 0 ? [`${accepts} accepted`] : []),
    ...Object.entries(open).map(([state, count]) => `${count} open (${state})`),
    ...Object.entries(rest).map(([name, value]) => `${name} ${formatValue(value)}`),
  ];
  return parts.length === 0 ? '0' : parts.join(', ');
}

function formatValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, count]) => `${count} ${name}`)
    .join(' + ');
}

/** `AO 23, PO 23`. */
export function formatKernel(kernel: Kernel): string {
  const parts = Object.keys(SHORT).flatMap((name) => {
    const value = kernel[name as keyof Kernel];
    return value === undefined ? [] : [`${SHORT[name]} ${value}`];
  });
  return parts.join(', ') || '0';
}
