import { Invalid } from '../internal/invalid.ts';
import { readPushFile } from './otlp-files.ts';
import { type Headers, parseHeaders } from './otlp-headers.ts';
import type { Variables } from './otlp-variables.ts';

/**
 * The headers in the file that `--otlp-headers-file` names: a list as in
 * OTEL_EXPORTER_OTLP_HEADERS, or one header a line.
 * @throws Invalid why it cannot be used, without any of its text
 */
export function readHeadersFile(path: string): Headers {
  const headers = parseHeaders(readPushFile(path).toString().split(/[,\n]/));
  if (headers.problems.length > 0) throw new Invalid(headers.problems.join('; '));
  if (headers.pairs.length === 0) throw new Invalid('it holds no header');
  return headers;
}

/** @returns none or one */
export function checkHeadersFile(path: string | undefined, variables: Variables): Headers[] {
  if (path === undefined) return [];
  try {
    return [readHeadersFile(path)];
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    variables.invalidPath({ name: 'otlp-headers-file' }, error.message);
    return [];
  }
}
