import type { SecureContextOptions } from 'node:tls';

/** Whether clients are asked for a certificate, and which ones are accepted. */
export type ClientAuth = 'none' | 'request' | 'require-any' | 'verify-if-given' | 'require-and-verify';

/** What a client needs to get a response. */
export interface Protection {
  /** Undefined: plain HTTP. The same object means the same certificates. */
  readonly tls: { readonly options: SecureContextOptions; readonly clientAuth: ClientAuth } | undefined;
  /** Added to every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes of passwords by user. Empty: no password is needed. */
  readonly users: ReadonlyMap<string, string>;
}
