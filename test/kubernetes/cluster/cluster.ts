import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../../harness/run.ts';
import { kubeconfig, makeCertificates } from './certificates.ts';
import { savePause } from './image.ts';
import { Processes } from './processes.ts';

export const NODE = 'node-1';
export const NODE_IP = '10.200.0.1';
const SERVICES = '10.96.0.0/16';
const FIRST_SERVICE = '10.96.0.1';
const API = `https://${NODE_IP}:6443`;
const PAUSE = 'docker.io/connwatch/pause:1';

/** Any object of the API, as far as tests look. */
export interface ApiObject {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly items?: readonly ApiObject[];
}

/** A cluster of one node on this machine: etcd, the API server, controllers, scheduler, proxy, containerd, kubelet. To be disposed of. */
export class Cluster implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'cw-k8s-'));
  readonly machine: Processes;
  readonly #programs: string;

  /** @param node false: the API server alone, for objects that nobody acts on */
  static async start(programs: string, node = true): Promise<Cluster> {
    const cluster = new Cluster(programs);
    try {
      await cluster.#start(node);
      return cluster;
    } catch (error) {
      const report = cluster.machine.report();
      await cluster[Symbol.asyncDispose]();
      throw new Error(`${String(error)}\n${report}`, { cause: error });
    }
  }

  private constructor(programs: string) {
    this.#programs = programs;
    this.machine = new Processes(this.folder, `connwatch-${process.pid}-k8s`, join(programs, 'bin'));
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }

  /** Asks the API server as who may do anything. */
  async api(method: string, path: string, body?: object, type = 'application/json'): Promise<ApiObject> {
    const tls = ['--cacert', this.#path('ca.crt'), '--cert', this.#path('admin.crt'), '--key', this.#path('admin.key')];
    const command = ['curl', '--silent', '--show-error', '--fail-with-body', ...tls, '--request', method, '--header', `Content-Type: ${type}`, '--header', 'Accept: application/json', ...(body === undefined ? [] : ['--data-binary', '@-']), `${API}${path}`];
    return JSON.parse(await must(this.machine.command(...command), body === undefined ? '' : JSON.stringify(body))) as ApiObject;
  }

  /** The text of any path. */
  async raw(path: string): Promise<string> {
    const tls = ['--cacert', this.#path('ca.crt'), '--cert', this.#path('admin.crt'), '--key', this.#path('admin.key')];
    return must(this.machine.command('curl', '--silent', '--show-error', '--fail-with-body', ...tls, `${API}${path}`));
  }

  async until<T>(what: string, look: () => Promise<T | undefined>, seconds = 90): Promise<T> {
    const end = performance.now() + seconds * 1000;
    let last: unknown = 'nothing';
    while (performance.now() < end) {
      try {
        const found = await look();
        if (found !== undefined) return found;
      } catch (error) {
        last = error;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`${what}: not within ${seconds} s; at last: ${String(last)}\n${this.machine.report()}`);
  }

  /** Gives containerd an image. */
  async load(file: string): Promise<void> {
    await must(this.machine.command('ctr', '--address', this.#path('c.sock'), '--namespace', 'k8s.io', 'images', 'import', file));
  }

  startApiServer(): void {
    const { machine } = this;
    machine.spawn(
      'kube-apiserver',
      '--etcd-servers=http://127.0.0.1:2379',
      `--advertise-address=${NODE_IP}`,
      `--bind-address=${NODE_IP}`,
      '--secure-port=6443',
      `--service-cluster-ip-range=${SERVICES}`,
      `--client-ca-file=${this.#path('ca.crt')}`,
      `--tls-cert-file=${this.#path('server.crt')}`,
      `--tls-private-key-file=${this.#path('server.key')}`,
      `--kubelet-certificate-authority=${this.#path('ca.crt')}`,
      `--kubelet-client-certificate=${this.#path('admin.crt')}`,
      `--kubelet-client-key=${this.#path('admin.key')}`,
      `--service-account-issuer=${API}`,
      `--service-account-key-file=${this.#path('accounts.key')}`,
      `--service-account-signing-key-file=${this.#path('accounts.key')}`,
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      '--endpoint-reconciler-type=lease',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.machine.started) await this.#endContainers();
    await this.machine[Symbol.asyncDispose]();
    this.#endShims();
    await removeCgroups();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Parents of containers, which outlive containerd. They are known by the socket in this folder. */
  #endShims(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        if (program.endsWith('/containerd-shim-runc-v2') && args.includes(this.#path('c.sock'))) process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  async #endContainers(): Promise<void> {
    await this.machine.end('kubelet');
    const ctr = (...args: string[]) => run(this.machine.command('ctr', '--address', this.#path('c.sock'), '--namespace', 'k8s.io', ...args));
    const { stdout } = await ctr('tasks', 'list', '--quiet').catch(() => ({ stdout: '' }));
    for (const id of stdout.split('\n').filter(Boolean)) await ctr('tasks', 'delete', '--force', id);
  }

  async #start(node: boolean): Promise<void> {
    const { machine } = this;
    await makeCertificates(this.folder, [NODE_IP, FIRST_SERVICE, '127.0.0.1']);
    writeFileSync(this.kubeconfig, kubeconfig(this.folder, API));
    await machine.start(NODE_IP);
    machine.spawn('etcd', '--data-dir', this.#path('etcd'), '--unsafe-no-fsync', '--listen-client-urls=http://127.0.0.1:2379', '--advertise-client-urls=http://127.0.0.1:2379', '--listen-peer-urls=http://127.0.0.1:2380', '--log-level=warn');
    this.startApiServer();
    if (node) await this.#containerd();
    await this.until('the API server', async () => ((await this.raw('/readyz')) === 'ok' ? true : undefined));
    if (node) await this.#node();
  }

  async #node(): Promise<void> {
    const { machine } = this;
    const config = `--kubeconfig=${this.kubeconfig}`;
    machine.spawn('kube-controller-manager', config, '--leader-elect=false', '--use-service-account-credentials=true', `--service-account-private-key-file=${this.#path('accounts.key')}`, `--root-ca-file=${this.#path('ca.crt')}`, '--bind-address=127.0.0.1', '--concurrent-deployment-syncs=1');
    machine.spawn('kube-scheduler', config, '--leader-elect=false', '--bind-address=127.0.0.1');
    this.#kubelet();
    machine.spawn('kube-proxy', config, `--hostname-override=${NODE}`, '--proxy-mode=nftables', '--cluster-cidr=10.201.0.0/16', '--conntrack-max-per-core=0', '--healthz-bind-address=127.0.0.1:10256', '--metrics-bind-address=127.0.0.1:10249');
    await this.until('the node', async () => {
      const node = await this.api('GET', `/api/v1/nodes/${NODE}`);
      const conditions = (node.status?.['conditions'] ?? []) as { type: string; status: string }[];
      return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? true : undefined;
    });
    await this.until('the account of pods', () => this.api('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
  }

  async #containerd(): Promise<void> {
    mkdirSync(this.#path('net.d'));
    const network = { cniVersion: '0.4.0', name: 'pods', plugins: [{ type: 'ptp', ipam: { type: 'host-local', dataDir: this.#path('ipam'), ranges: [[{ subnet: '10.201.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] } }] };
    writeFileSync(join(this.#path('net.d'), '10-pods.conflist'), JSON.stringify(network));
    writeFileSync(
      this.#path('containerd.toml'),
      `version = 2
root = "${this.#path('containers')}"
state = "${this.#path('state')}"
[grpc]
  address = "${this.#path('c.sock')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${join(this.#programs, 'cni')}"
    conf_dir = "${this.#path('net.d')}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`,
    );
    this.machine.spawn('containerd', '--config', this.#path('containerd.toml'));
    await savePause(this.#path('pause.tar'), PAUSE);
    await this.until('containerd', () => this.load(this.#path('pause.tar')).then(() => true));
  }

  #kubelet(): void {
    const config = {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: NODE_IP,
      readOnlyPort: 0,
      healthzPort: 0,
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: this.#path('ca.crt') } },
      authorization: { mode: 'Webhook', webhook: { cacheUnauthorizedTTL: '2s' } },
      tlsCertFile: this.#path('server.crt'),
      tlsPrivateKeyFile: this.#path('server.key'),
      containerRuntimeEndpoint: `unix://${this.#path('c.sock')}`,
      cgroupDriver: 'cgroupfs',
      failCgroupV1: false,
      failSwapOn: false,
      enforceNodeAllocatable: [],
      makeIPTablesUtilChains: false,
      evictionHard: { 'memory.available': '1Mi' },
      imageGCHighThresholdPercent: 100,
      staticPodPath: this.#path('static'),
      podLogsDir: this.#path('logs'),
      volumePluginDir: this.#path('plugins'),
      resolvConf: '',
      registerNode: true,
    };
    mkdirSync(this.#path('static'));
    writeFileSync(this.#path('kubelet.json'), JSON.stringify(config));
    this.machine.spawn('kubelet', `--config=${this.#path('kubelet.json')}`, `--kubeconfig=${this.kubeconfig}`, `--root-dir=${this.#path('kubelet')}`, `--cert-dir=${this.#path('pki')}`, `--hostname-override=${NODE}`, `--node-ip=${NODE_IP}`, '--v=2');
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  /** The log of a program. */
  log(name: string): string {
    return readFileSync(this.machine.logOf(name), 'utf8');
  }
}

/** The kubelet's own, in each hierarchy. */
async function removeCgroups(): Promise<void> {
  await run(['sh', '-c', 'find /sys/fs/cgroup -depth -type d -path "*/kubepods*" -exec rmdir {} + 2>/dev/null']);
}
