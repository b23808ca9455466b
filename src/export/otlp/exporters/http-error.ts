/** OTLP's error body is a google.rpc.Status: code in field 1, text in field 2. It comes as text, in which lengths above 127 are garbled. */
const STATUS_HEAD = /^(?:\p{Cc}\p{Cc})?\p{Cc}[\u0080-\uffff]*[\s\S]/u;
/** The tags of these fields. */
const TAGS = [0x08, 0x12];

/** Of the exporter, for the statuses that it repeats. It does not say which one it was. */
const RETRYABLE = 'Export failed with retryable status';

/** The exporter's error over HTTP, with its status, what the server says, and what to check. */
export function explained(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('the exporter gives no reason');
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return new Error(`HTTP ${code} ${error.message}${said(error)}${HINTS[code] ?? ''}`, { cause: error });
  if (error.message === RETRYABLE) return new Error('HTTP 429, 502, 503 or 504: the receiver, or a proxy before it, is overloaded or away', { cause: error });
  if (error.message === 'Request timed out') return new Error('no answer in time', { cause: error });
  if (typeof code === 'string' && code.startsWith('HPE_')) return new Error('the server there does not speak HTTP/1.1; it may be a port of OTLP/gRPC (4317, OTLP/HTTP has 4318)', { cause: error });
  return error;
}

const PATH = '; check the path: the general endpoint gets /v1/metrics or /v1/logs added, that of a signal is used as it is';
const HINTS: Readonly<Record<number, string>> = { 404: PATH, 405: PATH };

function said(error: Error): string {
  const { data } = error as { readonly data?: unknown };
  if (typeof data !== 'string') return '';
  const body = TAGS.includes(data.charCodeAt(0)) ? data.replace(STATUS_HEAD, '') : data;
  const text = body.replace(/[\p{Cc}\ufffd]+/gu, ' ').trim();
  return text === '' ? '' : `: ${text}`;
}
