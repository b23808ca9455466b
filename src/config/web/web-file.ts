import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConnwatchError, codeOf } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import { readPushFile } from '../otlp/files.ts';
import { readWebConfig, type WebConfig } from './read.ts';

export interface WebFileEvents {
  /** A new file, or a new certificate, is in force. */
  readonly onReload: () => void;
  /** It has changed and cannot be used: the old one stays in force. Called once for each reason. */
  readonly onRefusal: (error: ConnwatchError) => void;
}

/** The file of --web-config-file, read again whenever it or a file that it names has changed. */
export class WebFile {
  readonly #path: string;
  readonly #events: WebFileEvents;
  #config: WebConfig;
  /** What was read, with what stat() said just before. */
  #read = new Map<string, string>();
  #refused: string | undefined;

  /** @throws ConnwatchError CW_WEB_CONFIG with every problem */
  constructor(path: string, events: WebFileEvents) {
    this.#path = resolve(path);
    this.#events = events;
    this.#config = this.#load();
  }

  /** What is in force. Costs a stat() of each file. */
  current(): WebConfig {
    if (![...this.#read].every(([path, stamp]) => stampOf(path) === stamp)) this.#reload();
    return this.#config;
  }

  #reload(): void {
    try {
      const config = this.#load();
      const lost = lostProtection(this.#config, config);
      if (lost !== undefined) throw this.#error(`it has ${lost} any more; start the agent again if that is meant`);
      this.#config = config;
      this.#refused = undefined;
    } catch (error) {
      if (!(error instanceof ConnwatchError)) throw error;
      if (error.message !== this.#refused) this.#events.onRefusal(error);
      this.#refused = error.message;
      return;
    }
    this.#events.onReload();
  }

  #load(): WebConfig {
    const before = this.#read;
    this.#read = new Map();
    try {
      return readWebConfig(this.#path, (path) => {
        this.#read.set(path, stampOf(path));
        return readPushFile(path);
      });
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      // Also a certificate that was not looked at for a problem before it.
      for (const path of before.keys()) if (!this.#read.has(path)) this.#read.set(path, stampOf(path));
      throw this.#error(error.message, error);
    }
  }

  #error(why: string, cause?: unknown): ConnwatchError {
    return new ConnwatchError(`cannot use the file ${this.#path} (--web-config-file): ${why}${why.endsWith('?') ? '' : '.'}`, {
      code: 'CW_WEB_CONFIG',
      hint: 'docs/configuration.md shows the format.',
      cause,
    });
  }
}

/**
 * What a new file does without that the old one asked for. Whoever writes a file anew empties it first and then writes it
 * part by part: that must not open the port, nor let passwords be sent in clear text.
 */
export function lostProtection(before: WebConfig, after: WebConfig): string | undefined {
  if (before.tls !== undefined && after.tls === undefined) return 'no TLS';
  if (before.users.size > 0 && after.users.size === 0) return 'no users';
  if (asksForCertificates(before) && !asksForCertificates(after)) return 'no required client certificates';
  if (before.tls?.clientAuth === 'require-and-verify' && after.tls?.clientAuth !== 'require-and-verify') return 'no verified client certificates';
  return undefined;
}

const asksForCertificates = ({ tls }: WebConfig): boolean => tls?.clientAuth === 'require-any' || tls?.clientAuth === 'require-and-verify';

function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join();
  } catch (error) {
    return codeOf(error) ?? 'unreadable';
  }
}
