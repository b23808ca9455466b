import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { agentEnvironment } from './environment.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws (rejects) when it cannot be started */
export async function run(command: readonly string[], input = ''): Promise<Ended> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: agentEnvironment() });
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  // It may end without reading what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, result] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...result, stdout, stderr };
}

/** The same for a program that must succeed. @returns what it printed @throws (rejects) with what it said, when its exit code is not 0 */
export async function must(command: readonly string[], input = ''): Promise<string> {
  const { code, signal, stdout, stderr } = await run(command, input);
  if (code !== 0) throw new Error(`${command.join(' ')}: ended with ${signal ?? code}\n${stderr}${stdout}`);
  return stdout;
}
