import { oneLine } from '../internal/errors.ts';
import type { Logger } from '../internal/log/log.ts';
import type { ContainerNames, Name, Nameable } from '../identity/index.ts';
import { Backoff } from './access/backoff.ts';
import { Client } from './access/client.ts';
import { KubernetesError } from './access/error.ts';
import { apiServer, FOLDER, kubelet } from './access/service-account.ts';
import { ApiPods } from './pods/api.ts';
import { KubeletPods } from './pods/kubelet.ts';
import { PodNames, WAIT } from './pods/names.ts';
import { Owners } from './pods/owners.ts';
import type { PodSource } from './pods/source.ts';
import { Peers, type PeersMode } from './peers/peers.ts';

export type Mode = 'auto' | 'kubelet' | 'api' | 'off';

export interface KubernetesSettings {
  readonly kubernetes: Mode;
  readonly kubernetesPeers: PeersMode;
  readonly nodeName: string | undefined;
  readonly kubeletAddress: string | undefined;
  readonly kubeletCaFile: string | undefined;
  readonly kubeletInsecure: boolean;
}

export interface KubernetesOptions {
  readonly settings: KubernetesSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Of the service account. @default where the kubelet mounts it */
  readonly folder?: string;
  /** Milliseconds of a clock that only goes forward. @default performance.now */
  readonly elapsed?: () => number;
  /** Longest time that counts wait for a name, milliseconds. @default 15000 */
  readonly wait?: number;
  /** Time until the first request for peers, milliseconds. @default up to 5 s by chance */
  readonly delay?: number;
}

/** Requests so far, by server. A watch is one. */
export type Requests = Readonly<Record<'kubelet' | 'api', { readonly ok: number; readonly failed: number }>>;

/**
 * What Kubernetes calls the containers of this node. Starts at once and never waits: as long as nothing is known,
 * every name comes later.
 */
export class Kubernetes implements ContainerNames {
  readonly #names: PodNames;
  readonly #owners: Owners;
  readonly #api: Client;
  readonly #kubelet: Client | undefined;
  readonly #options: KubernetesOptions;
  readonly #elapsed: () => number;
  readonly #failing = new Map<string, string>();
  /** undefined: it is off. */
  readonly peers: Peers | undefined;
  #starting: Promise<void> | undefined;
  #closed = false;

  /**
   * undefined: it is off, or `auto` outside of a cluster.
   * @throws KubernetesError where it is asked for and something is missing
   */
  static create(options: KubernetesOptions): Kubernetes | undefined {
    const { settings, environment, folder = FOLDER } = options;
    const { kubernetes: mode, nodeName, kubeletAddress } = settings;
    if (mode === 'off') return undefined;
    const api = apiServer({ environment, folder });
    if (api === undefined) {
      if (mode === 'auto') return undefined;
      throw new KubernetesError(`--kubernetes ${mode} needs a pod with the token of a service account: KUBERNETES_SERVICE_HOST or ${folder} is missing.`, { hint: 'Set automountServiceAccountToken: true in the pod, or --kubernetes off.' });
    }
    if (mode === 'kubelet' && kubeletAddress === undefined) throw new KubernetesError('--kubernetes kubelet needs --kubelet-address.', { hint: "Set CONNWATCH_KUBELET_ADDRESS to the node's address, status.hostIP." });
    if (mode === 'api' && nodeName === undefined) throw new KubernetesError('--kubernetes api needs --node-name.', { hint: "Set CONNWATCH_NODE_NAME to the node's name, spec.nodeName." });
    if (nodeName === undefined && kubeletAddress === undefined) {
      options.log.warn('pods have no names: set --node-name or --kubelet-address, or --kubernetes off');
      return undefined;
    }
    const { kubeletCaFile: caFile, kubeletInsecure: insecure } = settings;
    const node = kubeletAddress === undefined || mode === 'api' ? undefined : kubelet({ address: kubeletAddress, caFile, insecure, folder });
    return new Kubernetes(options, new Client(api), node && new Client(node));
  }

  private constructor(options: KubernetesOptions, api: Client, node: Client | undefined) {
    const { elapsed = () => performance.now(), wait = WAIT, delay } = options;
    const { kubernetesPeers: mode } = options.settings;
    this.#options = options;
    this.#elapsed = elapsed;
    this.#api = api;
    this.#kubelet = node;
    this.#owners = new Owners(api, new Backoff({ most: 10_000 }), (error) => this.#tell('owners of pods', error));
    this.#names = new PodNames({ owners: this.#owners, elapsed, wait });
    if (mode !== 'off') this.peers = new Peers({ mode, client: api, elapsed, wait, ...(delay !== undefined && { delay }), onState: (what, error) => this.#tell(what, error) });
  }

  start(): void {
    this.#starting ??= this.#open();
    this.peers?.start();
  }

  of(cgroup: Nameable): Name | 'later' | undefined {
    return this.#names.of(cgroup);
  }

  /** Where the pods are known from; undefined: not known yet. */
  get source(): PodSource['name'] | undefined {
    return this.#names.source?.name;
  }

  get requests(): Requests {
    return { kubelet: this.#kubelet?.counts ?? { ok: 0, failed: 0 }, api: this.#api.counts };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#api.close();
    this.#kubelet?.close();
    this.#owners.close();
    await this.#starting;
    await Promise.all([this.#names.source?.close(), this.peers?.close()]);
  }

  async #open(): Promise<void> {
    const { log, settings } = this.#options;
    const source = await this.#choose();
    if (this.#closed) {
      await source.close();
      return;
    }
    this.#names.source = source;
    source.seek();
    log.info({ source: source.name, server: (source.name === 'kubelet' ? this.#kubelet : this.#api)?.name, node: settings.nodeName }, 'pods have names');
  }

  /** `auto` takes the kubelet if it answers: it knows a pod before its containers start, and the API server is not asked. */
  async #choose(): Promise<PodSource> {
    const { nodeName, kubernetes: mode } = this.#options.settings;
    const options = { wanted: () => this.#names.wanted, elapsed: this.#elapsed, onState: (error: Error | undefined) => this.#tell('pods', error) };
    if (this.#kubelet !== undefined) {
      const pods = new KubeletPods(this.#kubelet, options);
      if (mode === 'kubelet' || nodeName === undefined) return pods;
      try {
        await pods.read();
        return pods;
      } catch (error) {
        await pods.close();
        if (!this.#closed) this.#options.log.info({ code: 'CW_KUBERNETES', error: oneLine(error) }, 'the kubelet does not tell its pods; the API server is asked instead');
      }
    }
    return new ApiPods(this.#api, nodeName!, options);
  }

  /** Tells each failure once, and its end. */
  #tell(what: string, error: unknown): void {
    if (this.#closed) return;
    const { log } = this.#options;
    const before = this.#failing.get(what);
    if (error === undefined) {
      if (before !== undefined) log.info(`Kubernetes tells ${what} again`);
      this.#failing.delete(what);
      return;
    }
    const text = oneLine(error);
    if (before !== text) log.warn({ code: 'CW_KUBERNETES', error: text }, `Kubernetes does not tell ${what}; what it names has ids and addresses until it does`);
    this.#failing.set(what, text);
  }
}
