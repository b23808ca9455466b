import { type OtlpTarget, readTlsFiles, type TlsFiles } from '../../config/index.ts';
import { Invalid } from '../../internal/invalid.ts';
import type { Logger } from '../../internal/log/log.ts';

/**
 * The files for TLS, read again each time because they may have been renewed. If they
 * are unusable (half written, or readable only with the dropped privileges), the
 * previous ones stay; this is logged once.
 * @returns undefined: plain text
 */
export function pushTls(
  { plain, tls }: Pick<OtlpTarget, 'plain' | 'tls'>,
  signal: Parameters<typeof readTlsFiles>[1],
  environment: Parameters<typeof readTlsFiles>[0],
  log: Pick<Logger, 'warn'>,
): () => TlsFiles | undefined {
  if (plain) return () => undefined;
  let last = tls;
  let said: string | undefined;
  return () => {
    try {
      last = readTlsFiles(environment, signal);
      said = undefined;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      if (error.message !== said) log.warn({ signal: signal.toLowerCase(), error: error.message }, 'files for TLS cannot be read again; their previous content is used');
      said = error.message;
    }
    return last;
  };
}
