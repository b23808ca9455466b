import { createServer, type RequestListener, type Server } from 'node:http';
import { existsSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { codeOf, oneLine } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import { MOST_CLIENTS } from './protocol.ts';

/** sun_path of unix(7), without the final NUL. */
const LONGEST_PATH = 107;
const HEADERS_MS = 5000;

/** Only the agent's user (and root) may use the socket. */
const OTHERS = 0o177;

/**
 * Serves on a Unix socket. Makes its folder if only the last part is missing, and takes the place of a socket that an agent
 * has left behind.
 * @throws (rejects) Invalid with the reason: an agent serves it already, no permission, a read-only file system
 */
export async function listenOn(path: string, handler: RequestListener): Promise<Server> {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Invalid(`its path is longer than ${LONGEST_PATH} bytes`);
  try {
    makeFolder(dirname(path));
    if (await isLeftBehind(path)) unlinkSync(path);
    return await listen(path, handler);
  } catch (error) {
    throw error instanceof Invalid ? error : new Invalid(REASONS[codeOf(error) ?? ''] ?? oneLine(error));
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program serves it',
  EACCES: 'this user may not write to its folder',
  EPERM: 'this user may not write to its folder',
  EROFS: 'its file system is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
};

function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
}

/** @throws (rejects) Invalid if a program answers, or what is there is no socket */
async function isLeftBehind(path: string): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isSocket()) throw new Invalid('the path is that of a file');
  if (await answers(path)) throw new Invalid('another agent serves it');
  return true;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => (['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '') ? resolve(false) : reject(error)));
  });
}

function listen(path: string, handler: RequestListener): Promise<Server> {
  // A request stays open as long as its command runs.
  const server = createServer({ requestTimeout: 0, headersTimeout: HEADERS_MS }, handler);
  // One more is told so; many more are not.
  server.maxConnections = 2 * MOST_CLIENTS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The mode must be right from the first moment on. listen() makes the file before it returns.
    const before = process.umask(OTHERS);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve(server);
      });
    } finally {
      process.umask(before);
    }
  });
}
