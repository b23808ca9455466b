import { ERROR_CODES } from './codes.ts';

/** docs/errors.md, from the table of codes. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { means, todo }]) => `| \`${code}\` | ${means} | ${todo} |\n`);
  return `${INTRODUCTION}${rows.join('')}`;
}

const INTRODUCTION = `# Errors

<!-- Made from src/internal/codes.ts by \`npx vitest run src/internal -u\`. Do not edit. -->

Every error that connwatch knows has a code. It is in the log line (field \`code\`, with \`hint\` where more is known) and in \`error.code\` of what the packages throw.
The message says what failed and why, the hint what to do about it there; the table says what to do in general.
At the log levels \`debug\` and \`trace\` the line holds the causes and the stack as well.

\`connwatch run\` ends with exit code 2 for \`CW_CONFIG\` and \`CW_CONFIG_FILE\`, and with 1 for any other error that ends it.
When the BPF programs cannot be loaded, the agent makes the checks of \`connwatch doctor\` (doctor.md) and names the first that fails.

| code | means | what to do |
|---|---|---|
`;
