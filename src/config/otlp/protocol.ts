import type { Variables } from './variables.ts';

/** The protocols of OTLP that we speak. OpenTelemetry's specification names http/json too, which is optional. */
export const PROTOCOLS = ['grpc', 'http/protobuf'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/**
 * The setting beats the variables, and the signal's variable the general one. The
 * default is grpc (docs/DECISIONS.md).
 */
export function protocolOf(setting: Protocol | undefined, variables: Variables): Protocol {
  return setting ?? variables.signalChoice('PROTOCOL', PROTOCOLS) ?? 'grpc';
}
