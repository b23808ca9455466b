import type * as NodeCrypto from 'node:crypto';
import { codeOf } from '../../internal/errors.ts';
import { readRegularFile } from '../../internal/files/regular-file.ts';
import { Invalid } from '../../internal/invalid.ts';
import { type Environment, type Signal, type Variable, Variables } from './variables.ts';

/** Contents of the files named by the variables, in PEM format. */
export interface TlsFiles {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** We read the files, because the exporter ignores one that it cannot read: it continues without client certificate, or with the system's authorities. */
export function checkCertificates(variables: Variables): TlsFiles {
  const authority = readNamed(variables, variables.signal('CERTIFICATE'), certificate);
  const chain = variables.signal('CLIENT_CERTIFICATE');
  const key = variables.signal('CLIENT_KEY');
  if (chain === undefined && key !== undefined) variables.problems.push(`${key.name} also needs OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`);
  if (chain !== undefined && key === undefined) variables.problems.push(`${chain.name} also needs OTEL_EXPORTER_OTLP_CLIENT_KEY`);
  const own = readNamed(variables, chain, certificate);
  const secret = readNamed(variables, key, privateKey);
  if (own !== undefined && secret !== undefined && key !== undefined && !own.parsed.checkPrivateKey(secret.parsed)) {
    variables.invalid(key, 'it is not the key of the client certificate');
  }
  return { ca: authority?.bytes, cert: own?.bytes, key: secret?.bytes };
}

/**
 * Reads the files again, which may have been renewed.
 * @throws Invalid with every reason why they are unusable
 */
export function readTlsFiles(environment: Environment, signal: Signal): TlsFiles {
  const variables = new Variables(environment, signal);
  const files = checkCertificates(variables);
  if (variables.problems.length > 0) throw new Invalid(variables.problems.join('; '));
  return files;
}

/**
 * Reads a file for the push; pipes and devices are refused.
 * @throws Invalid with the reason
 */
export function readPushFile(path: string): Buffer {
  try {
    return readRegularFile(path, LARGEST);
  } catch (error) {
    throw error instanceof Invalid ? error : new Invalid(whyUnreadable(error), { cause: error });
  }
}

/** All authorities of a system together have about 200 KiB. */
const LARGEST = 1024 * 1024;

function whyUnreadable(error: unknown): string {
  const code = codeOf(error) ?? '';
  return REASONS[code] ?? `it cannot be read (${code})`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  ENOTDIR: 'the file does not exist',
  ENAMETOOLONG: 'the path is too long',
  EISDIR: 'it is a directory',
  EACCES: 'this user has no permission to read it',
  EPERM: 'this user has no permission to read it',
};

/** The file named by a variable. Problems are added to those of the variables. */
export function readNamed<T>(variables: Variables, variable: Variable | undefined, parse: (bytes: Buffer) => T): { readonly bytes: Buffer; readonly parsed: T } | undefined {
  if (variable === undefined) return undefined;
  const bytes = attempt(() => readPushFile(variable.text), (why) => variables.invalidPath(variable, why));
  // The file was readable, so the text is a path and no secret.
  const parsed = bytes && attempt(() => parse(bytes), (why) => variables.invalid(variable, why));
  return bytes && parsed && { bytes, parsed };
}

function attempt<T>(work: () => T, onInvalid: (why: string) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    onInvalid(error.message);
    return undefined;
  }
}

// A static import would initialise OpenSSL at every start.
const crypto = (): typeof NodeCrypto => process.getBuiltinModule('node:crypto');

function certificate(bytes: Buffer): NodeCrypto.X509Certificate {
  const { X509Certificate } = crypto();
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new Invalid('it contains no certificate in PEM format');
  }
}

function privateKey(bytes: Buffer): NodeCrypto.KeyObject {
  try {
    return crypto().createPrivateKey(bytes);
  } catch {
    throw new Invalid('it contains no private key in PEM format without a passphrase');
  }
}
