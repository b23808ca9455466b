import { ERROR_CODES } from './codes.ts';

type Codes = Readonly<Record<string, { readonly means: string; readonly todo: string }>>;

/** docs/errors.md, from the tables of codes. `scripts`: those of the commands of a checkout. */
export function errorsPage(scripts: Codes): string {
  return `${INTRODUCTION}${table(ERROR_CODES)}${SCRIPTS}${table(scripts)}`;
}

function table(codes: Codes): string {
  const rows = Object.entries(codes).map(([code, { means, todo }]) => `| \`${code}\` | ${means} | ${todo} |\n`);
  return `| code | means | what to do |\n|---|---|---|\n${rows.join('')}`;
}

const INTRODUCTION = `# Errors

<!-- Made from src/internal/codes.ts and scripts/lib/refusal-codes.mjs by \`npx vitest run src/internal -u\`. Do not edit. -->

Every error that connwatch knows has a code. It is in the log line (field \`code\`, with \`hint\` where more is known), in brackets at the end of a message that is printed, and in \`error.code\` of what the packages throw.
The message says what failed and why, the hint what to do about it there; the table says what to do in general.
At the log levels \`debug\` and \`trace\` the line holds the causes and the stack as well.

\`connwatch run\` ends with exit code 2 for \`CW_CONFIG\` and \`CW_CONFIG_FILE\`, and with 1 for any other error that ends it.
When the BPF programs cannot be loaded, the agent makes the checks of \`connwatch doctor\` (doctor.md) and names the first that fails.

`;

const SCRIPTS = `
## Of a checkout

What \`npm start\` and the other commands of a checkout refuse, with exit code 1:

`;
