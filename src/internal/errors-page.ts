import { ERROR_CODES } from './codes.ts';

type Codes = Readonly<Record<string, { readonly means: string; readonly todo: string }>>;

/** Makes docs/errors.md from the tables of codes. `scripts`: codes of the commands of a checkout. */
export function errorsPage(scripts: Codes): string {
  return `${INTRODUCTION}${table(ERROR_CODES)}${SCRIPTS}${table(scripts)}`;
}

function table(codes: Codes): string {
  const rows = Object.entries(codes).map(([code, { means, todo }]) => `| \`${code}\` | ${means} | ${todo} |\n`);
  return `| code | meaning | what to do |\n|---|---|---|\n${rows.join('')}`;
}

const INTRODUCTION = `# Errors

<!-- Generated from src/internal/codes.ts and scripts/lib/refusal-codes.mjs by \`npx vitest run src/internal -u\`. Do not edit. -->

Every error of connwatch has a code. You find it in the log line (field \`code\`, often with a \`hint\`), in brackets at the end of a printed message, and in \`error.code\` of errors that the packages throw.
The message says what failed and why, the hint what to do in this case; this table says what to do in general.
At the log levels \`debug\` and \`trace\` the line also has the causes and the stack.

\`connwatch run\` ends with exit code 2 for \`CW_CONFIG\`, \`CW_CONFIG_FILE\` and \`CW_WEB_CONFIG\`, and with 1 for other fatal errors.
If the BPF programs cannot be loaded, the agent runs the checks of [connwatch doctor](troubleshooting.md#connwatch-doctor) and names the first failure.

`;

const SCRIPTS = `
## Commands of a checkout

\`npm start\` and the other commands of a checkout end with exit code 1 for these:

`;
