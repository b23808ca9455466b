import type { SecureContextOptions } from 'node:tls';

/** Which certificates clients are asked for, and which are taken. */
export type ClientAuth = 'none' | 'request' | 'require-any' | 'verify-if-given' | 'require-and-verify';

/** What a client must do to be answered. */
export interface Protection {
  /** Undefined: plain HTTP. The same object stands for the same certificates. */
  readonly tls: { readonly options: SecureContextOptions; readonly clientAuth: ClientAuth } | undefined;
  /** Added to every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes of passwords by user. None: anyone is answered. */
  readonly users: ReadonlyMap<string, string>;
}
