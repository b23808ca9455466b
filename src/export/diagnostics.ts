import { DiagLogLevel, type DiagLogger, diag } from '@opentelemetry/api';
import { loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';

// What OpenTelemetry says once, it says at each export.
const REMEMBERED = 100;

/**
 * Passes on what OpenTelemetry's packages warn about, each text once. Never
 * their objects: those may be whole payloads.
 * @returns ends it
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
