/**
 * A problem of the host that the user can solve. It is printed in three lines, without a stack.
 * `detail` is the output of a tool; its last lines are printed too.
 */
export class Refusal extends Error {
  /** @param {{code: keyof typeof import('./refusal-codes.mjs').REFUSAL_CODES, why: string, todo: string, detail?: string}} details */
  constructor(what, { code, why, todo, detail = '' }) {
    super(what);
    this.code = code;
    this.why = why;
    this.todo = todo;
    this.detail = detail;
  }
}

const DETAIL_LINES = 12;

/** The message for the terminal, ending in a newline. */
export function render(error) {
  if (!(error instanceof Refusal)) return `connwatch: a bug [CW_INTERNAL]: ${error?.stack ?? error}\n`;
  const detail = error.detail.trimEnd().split('\n').filter(Boolean).slice(-DETAIL_LINES);
  return [
    `connwatch: ${error.message} [${error.code}]`,
    `  why: ${error.why}`,
    `  do:  ${error.todo}`,
    ...detail.map((line) => `    | ${line}`),
    '',
  ].join('\n');
}

/** Whether a machine reads the errors: the options and the variable are the agent's, for which most arguments are. */
export function wantsJson(argv, environment = process.env) {
  const at = argv.findLastIndex((argument) => argument === '--log-format' || argument.startsWith('--log-format='));
  const format = at < 0 ? environment.CONNWATCH_LOG_FORMAT : (argv[at].split('=')[1] ?? argv[at + 1]);
  return argv.includes('--json') || format === 'json';
}

/** The same as a line of the agent's log. */
export function renderJson(error) {
  const known = error instanceof Refusal;
  const { code, why, todo, detail } = known ? error : { detail: error?.stack };
  return `${JSON.stringify({ level: 'fatal', time: new Date().toISOString(), code, why, hint: todo, ...(detail && { detail }), msg: known ? error.message : `a bug: ${error?.message ?? error}` })}\n`;
}

/** Runs a command of this folder. Its result is the exit code; a refusal gives exit code 1. */
export async function main(command) {
  try {
    process.exitCode = (await command(process.argv.slice(2))) ?? 0;
  } catch (error) {
    process.stderr.write(wantsJson(process.argv.slice(2)) ? renderJson(error) : render(error));
    process.exitCode = 1;
  }
}
