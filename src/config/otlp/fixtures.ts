import { ConnwatchError } from '../../internal/errors.ts';
import { pushSettings } from './push.ts';

export const DEFAULTS = {
  interval: 60_000,
  timeout: 30_000,
  requestTimeout: 10_000,
  protocol: 'grpc',
  endpoint: 'http://localhost:4317',
  socket: undefined,
  url: undefined,
  plain: true,
  tls: { ca: undefined, cert: undefined, key: undefined },
  tlsVariables: [],
  compression: 'none',
  headerNames: [],
  temporality: 'cumulative',
  exponentialHistograms: false,
  headersFile: undefined,
  secrets: [],
};

export type Environment = Record<string, string>;

/** @throws ConnwatchError */
export const otlpSettings = (otlp: boolean | undefined, environment: Environment, otlpHeadersFile?: string) => pushSettings({ otlp, otlpHeadersFile }, environment).metrics;

/** The lines of the error, without the first of several and without the margin. */
export function problems(environment: Environment, otlp?: true, headersFile?: string): string[] {
  try {
    otlpSettings(otlp, environment, headersFile);
  } catch (error) {
    if (!(error instanceof ConnwatchError) || error.code !== 'CW_CONFIG') throw error;
    const lines = error.message.split('\n').map((line) => line.trim());
    return lines.length === 1 ? lines : lines.slice(1);
  }
  return [];
}
