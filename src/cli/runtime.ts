import runtime from './runtime.json' with { type: 'json' };

/** What this process was started with. */
export interface Started {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** With the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Arguments of process.execve(), or undefined: nothing is missing. */
export interface Again {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Options of Node.js and settings of malloc that make the agent small (docs/internals/performance.md). `npx connwatch` and a global
 * installation start it without them. What the user has set stays.
 */
export function againWithOptions({ execPath, execArgv, argv, env }: Started): Again | undefined {
  const given = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)].map(nameOf);
  const missing = runtime.nodeOptions.filter((option) => !given.includes(nameOf(option)));
  if (missing.length === 0) return undefined;
  const known = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return { file: execPath, args: [execPath, ...execArgv, ...missing, ...argv.slice(1)], env: { ...runtime.environment, ...known } };
}

/** Replaces this process, which keeps its pid (execve(2)); returns if there is no need. */
export function runWithOptions(): void {
  const again = againWithOptions(process);
  if (again !== undefined) process.execve?.(again.file, again.args, again.env);
}

function nameOf(option: string): string {
  return option.split('=')[0]!.replaceAll('_', '-');
}
