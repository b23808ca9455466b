import { DiagLogLevel, type DiagLogger, diag } from '@opentelemetry/api';
import { loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';

// OpenTelemetry repeats a warning at each export.
const REMEMBERED = 100;

/**
 * Forwards warnings of OpenTelemetry's packages, each text once. Never forwards their
 * objects, which may be whole payloads.
 * @returns a function that stops it
 */
export function routeDiagnostics(warn: (message: string) => void): () => void {
  const said = new Set<string>();
  const say = (...parts: unknown[]): void => {
    const message = parts.flatMap(textOf).join(' ').trim();
    if (message === '' || said.has(message)) return;
    if (said.size === REMEMBERED) said.clear();
    said.add(message);
    warn(message);
  };
  const silent = (): void => {};
  const logger: DiagLogger = { error: say, warn: say, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  setGlobalErrorHandler((error) => say(error));
  return () => {
    diag.disable();
    setGlobalErrorHandler(loggingErrorHandler());
  };
}

function textOf(part: unknown): string[] {
  if (typeof part === 'string') return [part];
  return part instanceof Error ? [part.message] : [];
}
