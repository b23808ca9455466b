/** The ways to attach to the kernel, from the best to the last: one BPF object for each. */
export const RUNGS = ['btf', 'raw', 'tracepoint', 'kprobe'] as const;
export type Rung = (typeof RUNGS)[number];

/** `auto`: the best that the kernel accepts. */
export type Attach = 'auto' | Rung;

/** What the BPF object of a rung attaches with: the mechanism of its program `connwatch_state`. */
export const MECHANISMS: Readonly<Record<Rung, string>> = { btf: 'tp_btf', raw: 'raw_tp', tracepoint: 'tp', kprobe: 'kprobe' };

const HASH = 'each connection costs more, and above 65,536 open ones new ones are counted as lost';
const RACE = 'bytes of a connection that ends while a scan reads it may be counted twice';
const SKIPPED = 'changes during an interrupt of a program are deduced afterwards, some without their time';
const COMMANDS = 'a script that ends within a window may have the name of its interpreter';

/** What a rung lacks, compared with `btf`. Phrases without a full stop. docs/install.md has them in a table. */
export const LACKS: Readonly<Record<Rung, readonly string[]>> = {
  btf: [],
  raw: [HASH, RACE],
  tracepoint: [HASH, RACE, SKIPPED, COMMANDS],
  kprobe: [HASH, RACE, SKIPPED, COMMANDS, 'the kernel may rename the functions'],
};

/** The rung of an attached set of programs; undefined: it has no program `connwatch_state`. */
export function rungOf(probes: readonly { readonly name: string; readonly mechanism: string }[]): Rung | undefined {
  const mechanism = probes.find(({ name }) => name === 'connwatch_state')?.mechanism;
  return RUNGS.find((rung) => MECHANISMS[rung] === mechanism);
}
