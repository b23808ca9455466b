/** Those that the cases look at: `Tcp:` of /proc/net/snmp, `TcpExt:` of /proc/net/netstat. */
export const KERNEL_COUNTERS = [
  'ActiveOpens',
  'PassiveOpens',
  'AttemptFails',
  'EstabResets',
  'CurrEstab',
  'EmbryonicRsts',
] as const;
export type KernelCounter = (typeof KERNEL_COUNTERS)[number];

/** Both files come as pairs of lines: names, then values in the same order. @throws Error when a counter is missing */
export function parseKernel(text: string): Record<KernelCounter, number> {
  const values = new Map<string, number>();
  const lines = text.split('\n').filter((line) => /^Tcp(?:Ext)?: /.test(line));
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [names, numbers] = [lines[i]!.split(' '), lines[i + 1]!.split(' ')];
    names.forEach((name, column) => values.set(name, Number(numbers[column])));
  }
  const value = (name: KernelCounter): [KernelCounter, number] => {
    const found = values.get(name);
    if (found === undefined || Number.isNaN(found)) throw new Error(`the kernel has no counter ${name}`);
    return [name, found];
  };
  return Object.fromEntries(KERNEL_COUNTERS.map(value)) as Record<KernelCounter, number>;
}
