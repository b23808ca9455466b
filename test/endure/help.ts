import type { Fault } from './fault.ts';
import { DEFAULTS } from './options.ts';

export const HELP = `npm run endure -- [--only NAME[,NAME]] [--soak TIME] [--rate N] [--inputs N] [--json] [--write] [--list]

Does harmful things to a running agent and checks after each one what must hold.
It needs root and about ten minutes on an idle machine: responses that are late
because other programs use the CPU count as late.

  faults   a collector in trouble, full buffers, no memory, no CPU, signals, logs that
           can't be written, bad clients, a second agent, clocks that jump
  soak     a constant load of --rate connections a second; measures resident memory
  fuzz     random input for every parser and for the decoder of kernel records

  --only NAME    only these parts: names of faults (--list), soak, fuzz
  --soak TIME    length of the soak (${DEFAULTS.soak}); use hours, such as 4h, for a reliable slope
  --rate N       connections a second in the soak (${DEFAULTS.rate})
  --inputs N     inputs for each parser (${DEFAULTS.inputs}), a hundred times as many for the decoder
  --json         everything as one JSON object on standard output
  --write        writes docs/reliability.md again
  --list         prints the faults: what is done, and what must hold
  --help         this text

Examples
  npm run endure                              everything
  npm run endure -- --only ring-full          one fault
  npm run endure -- --only soak --soak 4h     hours of load
  npm run endure -- --only fuzz --inputs 1000000

Exit code: 0 everything holds or is skipped with a reason, 1 something does not, 2 usage.
`;

export function listText(faults: readonly Fault[]): string {
  return faults.map(({ name, done, must }) => `${name}\n  done:  ${done}\n  must:  ${must}\n`).join('\n');
}
