import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneLine } from '../../internal/errors.ts';
import { KubernetesError } from './error.ts';

/** Where the kubelet mounts a pod's token and the authority of the cluster. */
export const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How to reach a server, and to prove who asks. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Read again for each request, because the kubelet renews a token every hour. @throws KubernetesError */
  credentials(): { readonly token: string; readonly ca: string };
  /** Any certificate will do. Then whoever answers gets the token. */
  readonly insecure?: boolean;
}

export interface InCluster {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @default where the kubelet mounts it */
  readonly folder?: string;
}

/** The API server; undefined: this is no pod with a service account. */
export function apiServer({ environment, folder = FOLDER }: InCluster): Endpoint | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !isPort(port)) return undefined;
  const endpoint = { host, port: Number(port), credentials: () => credentialsOf(folder) };
  try {
    endpoint.credentials();
  } catch {
    return undefined;
  }
  return endpoint;
}

export interface KubeletOptions {
  /** `10.0.0.7`, `node-1:10250`, `[fd00::7]:10250` or `fd00::7`. */
  readonly address: string;
  /** Authorities of its certificate. @default the cluster's */
  readonly caFile?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly folder?: string;
}

export function kubelet({ address, caFile, insecure = false, folder = FOLDER }: KubeletOptions): Endpoint {
  const { host, port } = hostAndPort(address);
  return {
    host,
    port,
    insecure,
    credentials() {
      const own = credentialsOf(folder);
      return caFile === undefined ? own : { ...own, ca: read(caFile) };
    },
  };
}

const KUBELET_PORT = 10250;

function hostAndPort(address: string): { host: string; port: number } {
  const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  const host = inBrackets ?? plain ?? address;
  return { host, port: isPort(port) ? Number(port) : KUBELET_PORT };
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}

function credentialsOf(folder: string): { token: string; ca: string } {
  return { token: read(join(folder, 'token')).trim(), ca: read(join(folder, 'ca.crt')) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KubernetesError(`a file of the service account cannot be read: ${oneLine(error)}.`, { hint: 'Set automountServiceAccountToken: true in the pod, or --kubernetes off.' });
  }
}
