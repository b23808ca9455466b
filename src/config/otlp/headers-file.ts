import { Invalid } from '../../internal/invalid.ts';
import { readNamed, readPushFile } from './files.ts';
import { type Headers, parseHeaders } from './headers.ts';
import type { Variables } from './variables.ts';

/**
 * The headers in the file of `--otlp-headers-file`: a list as in
 * OTEL_EXPORTER_OTLP_HEADERS, or one header per line.
 * @throws Invalid with the reason, without any of its text
 */
export function readHeadersFile(path: string): Headers {
  return headersIn(readPushFile(path));
}

function headersIn(bytes: Buffer): Headers {
  const headers = parseHeaders(bytes.toString().split(/[,\n]/));
  if (headers.problems.length > 0) throw new Invalid(headers.problems.join('; '));
  if (headers.pairs.length === 0) throw new Invalid('it contains no header');
  return headers;
}

/** @returns none or one */
export function checkHeadersFile(path: string | undefined, variables: Variables): Headers[] {
  const read = readNamed(variables, path === undefined ? undefined : { name: 'otlp-headers-file', text: path }, headersIn);
  return read === undefined ? [] : [read.parsed];
}
