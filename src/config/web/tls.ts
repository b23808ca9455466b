import type * as NodeCrypto from 'node:crypto';
import type * as NodeTls from 'node:tls';
import { resolve } from 'node:path';
import { oneLine } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import { CIPHERS, CIPHERS_OF_TLS13, CLIENT_AUTH, CURVES, VERSIONS, type ClientAuth } from './names.ts';
import type { Place, Walk } from './walk.ts';

export interface WebTls {
  /** What tls.createSecureContext() takes. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly clientAuth: ClientAuth;
}

/** Reads a file that the configuration names. @throws Invalid why it cannot be read */
export type ReadFile = (path: string) => Buffer;

const KEYS = [
  'cert_file',
  'key_file',
  'client_auth_type',
  'client_ca_file',
  'min_version',
  'max_version',
  'cipher_suites',
  'prefer_server_cipher_suites',
  'curve_preferences',
];

/** `tls_server_config`. Undefined where it is not there, or cannot be used. */
export function readTls(walk: Walk, place: Place, folder: string, read: ReadFile): WebTls | undefined {
  const at = walk.entries(place, KEYS);
  if (at.size === 0) return undefined;
  const file = <T>(key: string, parse: (bytes: Buffer) => T) => readFile(walk, at.get(key), folder, read, parse);
  const cert = file('cert_file', certificate);
  const key = file('key_file', privateKey);
  const ca = file('client_ca_file', certificate);
  for (const name of ['cert_file', 'key_file']) if (!walk.text(at.get(name))) walk.invalid(place, `it needs ${name}`);
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) walk.invalid(at.get('key_file')!, 'it is not the key of the certificate');
  const clientAuth = walk.choice(at.get('client_auth_type'), CLIENT_AUTH) ?? 'none';
  const verifies = clientAuth === 'verify-if-given' || clientAuth === 'require-and-verify';
  if (verifies && !at.has('client_ca_file')) walk.invalid(at.get('client_auth_type')!, 'it needs client_ca_file');
  if (!at.has('client_auth_type') && at.has('client_ca_file')) walk.invalid(at.get('client_ca_file')!, 'it needs client_auth_type');
  const minVersion = walk.choice(at.get('min_version'), VERSIONS) ?? 'TLSv1.2';
  const maxVersion = walk.choice(at.get('max_version'), VERSIONS) ?? 'TLSv1.3';
  if (minVersion > maxVersion) walk.invalid(at.get('min_version')!, 'it is above max_version');
  const ciphers = walk.choices(at.get('cipher_suites'), CIPHERS);
  const curves = walk.choices(at.get('curve_preferences'), CURVES);
  const options = {
    cert: cert?.bytes,
    key: key?.bytes,
    ...(ca && { ca: ca.bytes }),
    minVersion,
    maxVersion,
    ...(ciphers?.length && { ciphers: [...new Set([...CIPHERS_OF_TLS13, ...ciphers])].join(':') }),
    ...(curves?.length && { ecdhCurve: curves.join(':') }),
    honorCipherOrder: walk.boolean(at.get('prefer_server_cipher_suites')) ?? true,
  };
  if (walk.problems.length === 0) tryContext(walk, place, options);
  return { options, clientAuth };
}

/** What is left to OpenSSL, such as a key that is too short. */
function tryContext(walk: Walk, place: Place, options: NodeTls.SecureContextOptions): void {
  try {
    (process.getBuiltinModule('node:tls')).createSecureContext(options);
  } catch (error) {
    walk.invalid(place, oneLine(error));
  }
}

function readFile<T>(walk: Walk, place: Place | undefined, folder: string, read: ReadFile, parse: (bytes: Buffer) => T) {
  const path = walk.text(place);
  if (!path) return undefined;
  try {
    const bytes = read(resolve(folder, path));
    return { bytes, parsed: parse(bytes) };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return walk.invalid(place!, `${path}: ${error.message}`);
  }
}

// An import would set up OpenSSL at every start.
const crypto = (): typeof NodeCrypto => process.getBuiltinModule('node:crypto');

function certificate(bytes: Buffer): NodeCrypto.X509Certificate {
  const { X509Certificate } = crypto();
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new Invalid('it has no certificate in PEM format');
  }
}

function privateKey(bytes: Buffer): NodeCrypto.KeyObject {
  try {
    return crypto().createPrivateKey(bytes);
  } catch {
    throw new Invalid('it has no private key in PEM format that can be read without a passphrase');
  }
}
