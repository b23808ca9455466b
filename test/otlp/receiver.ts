import { Server, ServerCredentials, type handleUnaryCall, type status } from '@grpc/grpc-js';
import { Received } from './received.ts';
import { type PushedRecord, readLogs, readRequest } from './wire.ts';

/** How it answers: takes it, never, or with an error of these words. */
export type Answer = 'take' | 'never' | { readonly code: status; readonly details: string };

export interface ReceiverOptions {
  /** @default a free one */
  readonly port?: number;
  /** @default plain text */
  readonly credentials?: ServerCredentials;
}

const identity = (bytes: Buffer): Buffer => bytes;

/** The one call of a collector's service. */
const exportOf = (service: string) => ({
  export: {
    path: `/opentelemetry.proto.collector.${service}/Export`,
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
});

/** An OTLP/gRPC receiver in this process, with a receiver's usual limit of 4 MiB. To be disposed of. */
export class Receiver extends Received implements AsyncDisposable {
  readonly records: PushedRecord[] = [];
  /** Of each request with records. */
  readonly recordHeaders: Readonly<Record<string, unknown>>[] = [];
  answer: Answer = 'take';
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    super();
    this.#server = server;
    this.port = port;
  }

  static async start({ port = 0, credentials = ServerCredentials.createInsecure() }: ReceiverOptions = {}): Promise<Receiver> {
    const server = new Server();
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, taken) => (error === null ? resolve(taken) : reject(error)));
    });
    const receiver = new Receiver(server, bound);
    const take: handleUnaryCall<Buffer, Buffer> = ({ request, metadata }, done) => {
      receiver.requests.push({ ...readRequest(request), bytes: request.length, headers: metadata.getMap() });
      if (receiver.answer === 'take') done(null, Buffer.alloc(0));
      else if (receiver.answer !== 'never') done(receiver.answer);
    };
    const takeLogs: handleUnaryCall<Buffer, Buffer> = ({ request, metadata }, done) => {
      receiver.recordHeaders.push(metadata.getMap());
      if (receiver.answer === 'take') receiver.records.push(...readLogs(request));
      if (receiver.answer === 'take') done(null, Buffer.alloc(0));
      else if (receiver.answer !== 'never') done(receiver.answer);
    };
    server.addService(exportOf('metrics.v1.MetricsService'), { export: take });
    server.addService(exportOf('logs.v1.LogsService'), { export: takeLogs });
    return receiver;
  }

  /** Cuts all connections. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}
