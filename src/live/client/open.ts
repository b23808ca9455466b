import { stat } from 'node:fs/promises';
import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';
import type { Config } from '../../ebpf/config.ts';
import { RemoteSource } from './remote.ts';
import type { ClientSource } from './source.ts';

export interface OpenOptions {
  /** The setting; undefined: load the programs. */
  readonly socket: string | undefined;
  readonly bpf: Partial<Pick<Config, 'attach' | 'objectPath' | 'ringSize' | 'syncFailures'>>;
  /** Says, in a sentence, where the data comes from. */
  readonly note: (text: string) => void;
}

const NOBODY: Readonly<Record<string, string>> = {
  ENOENT: 'no agent serves it',
  ECONNREFUSED: 'the agent that served it has ended',
};

/**
 * Asks the agent that runs, else loads the programs.
 * @throws (rejects) ConnwatchError CW_LIVE, CW_PERMISSION, or another one of loading
 */
export async function openSource({ socket, bpf, note }: OpenOptions): Promise<ClientSource> {
  const nobody = socket === undefined ? 'no socket is given' : await tryAgent(socket);
  if (typeof nobody !== 'string') return nobody;
  const why = socket === undefined ? nobody : `${socket}: ${nobody}`;
  try {
    const { LocalSource } = await import('./local.ts');
    const source = new LocalSource(bpf);
    note(`No agent (${why}): the kernel programs are loaded for as long as this command runs.`);
    return source;
  } catch (error) {
    if (!(error instanceof ConnwatchError)) throw error;
    throw new ConnwatchError(`there is no agent (${why}), and this command cannot load the kernel programs itself: ${error.message}`, {
      code: error.code,
      hint: `Start an agent ('connwatch run', 'systemctl start connwatch'), name its socket with --socket, or run this command as root.`,
      cause: error,
    });
  }
}

/** The agent, or why there is none. */
async function tryAgent(socket: string): Promise<ClientSource | string> {
  const file = await stat(socket).catch(() => undefined);
  if (file?.isSocket() === false)
    throw new ConnwatchError(`${socket} is not a socket.`, { code: 'CW_LIVE', hint: 'Give the socket of the agent with --socket.' });
  try {
    return await RemoteSource.open(socket);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (NOBODY[code] !== undefined) return NOBODY[code];
    if (error instanceof ConnwatchError) throw error;
    throw refused(socket, code, error);
  }
}

function refused(socket: string, code: string, cause: unknown): ConnwatchError {
  if (code === 'EACCES')
    return new ConnwatchError(`this user may not use the socket of the agent, ${socket}.`, { code: 'CW_LIVE', hint: 'Run the command as root (sudo) or as the user of the agent.', cause });
  if (code === 'ABORT_ERR')
    return new ConnwatchError(`the agent at ${socket} does not answer.`, { code: 'CW_LIVE', hint: 'See its log: it may be stopped or overloaded.', cause });
  return new ConnwatchError(`the socket ${socket} cannot be used: ${code || oneLine(cause)}.`, { code: 'CW_LIVE', hint: 'Give the socket of the agent with --socket.', cause });
}
