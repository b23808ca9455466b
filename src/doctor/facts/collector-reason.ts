import type { SecureContextOptions } from 'node:tls';
import type { OtlpTarget } from '../../config/index.ts';
import { codeOf, oneLine } from '../../internal/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it resets the connection',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ERR_HTTP2_ERROR: 'the server there does not speak gRPC (OTLP/HTTP has port 4318 by default, and needs the protocol http/protobuf)',
};

/** Why a connect failed, for people. */
export function reason(error: Error): string {
  const code = codeOf(error) ?? '';
  if (code.endsWith('_ALERT_CERTIFICATE_REQUIRED')) return 'it asks for a client certificate (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE)';
  if (/_ALERT_(\w*CERTIFICATE|UNKNOWN_CA)/.test(code)) return `it does not accept the client certificate (${code})`;
  if (code.includes('_ALERT_')) return `it refuses TLS with this client (${code})`;
  if (/CERT|SIGNATURE|ISSUER|CA_/.test(code)) return `its certificate is not accepted (${code})`;
  return REASONS[code] ?? (code === '' ? oneLine(error) : `cannot connect to it (${code})`);
}

/** The files for TLS that there are. */
export function defined(files: OtlpTarget['tls']): Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  return Object.fromEntries(Object.entries(files).filter(([, bytes]) => bytes !== undefined));
}
