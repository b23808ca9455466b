import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from './access/service-account.ts';

// A server that answers what a test says, in the place of an API server or a kubelet. Not part of the agent.

const testdata = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

/** What a path is answered with: JSON, text as it is, or whatever a function does. */
export type Answer = Readonly<Record<string, unknown>> | string | number | ((request: IncomingMessage, response: ServerResponse) => void);

export class FakeServer implements AsyncDisposable {
  /** By path with its query, or by path alone. A number is a status without a body. */
  readonly answers = new Map<string, Answer>();
  /** Path, query and what was accepted, if it is not all of the object. */
  readonly asked: string[] = [];
  readonly tokens = new Set<string>();
  /** A folder as the kubelet mounts it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'connwatch-kubernetes-'));
  readonly #server: Server;
  #waiting: { readonly path: string; readonly resolve: () => void }[] = [];

  static async start(port = 0): Promise<FakeServer> {
    const fake = new FakeServer();
    await once(fake.#server.listen(port, '127.0.0.1'), 'listening');
    return fake;
  }

  private constructor() {
    this.#server = createServer({ key: readFileSync(testdata('server.key')), cert: readFileSync(testdata('server.crt')) }, (request, response) => this.#answer(request, response));
    this.token = 'token-1';
    this.authority = 'server.crt';
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set token(token: string) {
    writeFileSync(join(this.folder, 'token'), `${token}\n`);
  }

  /** @param name in testdata */
  set authority(name: string) {
    writeFileSync(join(this.folder, 'ca.crt'), readFileSync(testdata(name)));
  }

  get environment(): Readonly<Record<string, string>> {
    return { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(this.port) };
  }

  get endpoint(): Endpoint {
    const read = (name: string) => readFileSync(join(this.folder, name), 'utf8');
    return { host: '127.0.0.1', port: this.port, credentials: () => ({ token: read('token').trim(), ca: read('ca.crt') }) };
  }

  /** The next request for this path. */
  async request(path: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ path, resolve }));
  }

  /** Ends every connection, as a restart does. */
  disconnect(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.disconnect();
    rmSync(this.folder, { recursive: true, force: true });
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', headers } = request;
    const path = url.split('?')[0]!;
    this.asked.push(headers.accept === 'application/json' ? url : `${url} ${headers.accept ?? ''}`);
    this.tokens.add(headers.authorization ?? '');
    const answer = this.answers.get(url) ?? this.answers.get(path) ?? 404;
    if (typeof answer === 'function') answer(request, response);
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    const met = this.#waiting.filter((one) => one.path === path);
    this.#waiting = this.#waiting.filter((one) => one.path !== path);
    for (const { resolve } of met) resolve();
  }
}

/** An answer that stays open: what the test writes is a line of a watch each. */
export class FakeWatch {
  #response: ServerResponse | undefined;
  #opened: (() => void) | undefined;
  readonly answer: Answer = (_, response) => {
    this.#response = response;
    response.flushHeaders();
    this.#opened?.();
  };

  /** Resolves when somebody watches (again). */
  async opened(): Promise<void> {
    if (this.#response === undefined) await new Promise<void>((resolve) => (this.#opened = resolve));
  }

  send(...events: readonly object[]): void {
    for (const event of events) this.#response!.write(`${JSON.stringify(event)}\n`);
  }

  /** As a restart of the API server: the connection ends in the middle. */
  break(): void {
    const response = this.#response;
    this.#response = undefined;
    response?.destroy();
  }

  end(): void {
    const response = this.#response;
    this.#response = undefined;
    response?.end();
  }
}

export const hex = (digit: string): string => digit.repeat(64);

export interface PodGiven {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid?: string; readonly apiVersion?: string };
  readonly annotations?: Readonly<Record<string, string>>;
  /** Container to its id; '': it has none yet. */
  readonly containers?: Readonly<Record<string, string>>;
  readonly init?: Readonly<Record<string, string>>;
  readonly ephemeral?: Readonly<Record<string, string>>;
  readonly version?: string;
}

/** A Pod as the API has it, as far as it matters. */
export function podObject({ name, namespace = 'shop', uid, owner, annotations, containers = {}, init = {}, ephemeral = {}, version }: PodGiven): object {
  const spec = (of: Readonly<Record<string, string>>) => Object.keys(of).map((one) => ({ name: one, image: `registry/${one}:1`, resources: {} }));
  const status = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([one, id]) => ({ name: one, restartCount: 0, ready: id !== '', containerID: id && `containerd://${id}`, state: id === '' ? { waiting: { reason: 'ContainerCreating' } } : { running: {} }, lastState: {} }));
  const ownerReferences = owner && [{ apiVersion: 'apps/v1', uid: `${owner.name}-uid`, ...owner, controller: true, blockOwnerDeletion: true }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid, resourceVersion: version ?? '1', labels: { app: name }, ...(annotations && { annotations }), ...(ownerReferences && { ownerReferences }) },
    spec: { nodeName: 'node-1', containers: spec(containers), ...(Object.keys(init).length > 0 && { initContainers: spec(init) }), ...(Object.keys(ephemeral).length > 0 && { ephemeralContainers: spec(ephemeral) }) },
    status: { phase: 'Running', podIP: '10.1.0.7', containerStatuses: status(containers), ...(Object.keys(init).length > 0 && { initContainerStatuses: status(init) }), ...(Object.keys(ephemeral).length > 0 && { ephemeralContainerStatuses: status(ephemeral) }) },
  };
}

export const list = (items: readonly object[], resourceVersion = '100', rest?: string) => ({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion, ...(rest !== undefined && { continue: rest }) }, items });

/** Metadata of an object that something owns. */
export function ownedObject(uid: string, owner?: { readonly kind: string; readonly name: string; readonly apiVersion?: string }): Readonly<Record<string, unknown>> {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 'x', namespace: 'shop', uid, ...(owner && { ownerReferences: [{ apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner }] }) },
  };
}
