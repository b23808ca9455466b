import { oneLine } from '../internal/errors.ts';
import { Client, METADATA_ONLY } from './access/client.ts';
import { statusOf } from './access/error.ts';
import { apiServer, FOLDER, kubelet } from './access/service-account.ts';
import type { KubernetesSettings } from './kubernetes.ts';
import { PATHS as PEERS, followed } from './peers/peers.ts';
import { ofNode, PODS } from './pods/api.ts';
import { readPods } from './pods/kubelet.ts';

/** What was tried, where; no problem: it works. */
export interface Tried {
  readonly what: 'kubelet' | 'api' | 'owners' | 'peers';
  readonly server: string;
  readonly problem?: string;
}

const PATIENCE = 3000;
/** No object has this name: Not Found says that asking is allowed. */
const NOBODY = '/apis/apps/v1/namespaces/default/replicasets/connwatch-doctor';

interface Options {
  readonly settings: KubernetesSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/** Tries each way to the names of pods, as the agent does; undefined: it is off, or this is no pod of a cluster. */
export async function tryKubernetes({ settings, environment, folder = FOLDER }: Options): Promise<Tried[] | undefined> {
  const { kubernetes: mode, kubernetesPeers, nodeName, kubeletAddress, kubeletCaFile: caFile, kubeletInsecure: insecure } = settings;
  const api = mode === 'off' ? undefined : apiServer({ environment, folder });
  if (api === undefined) return undefined;
  const server = new Client(api);
  const node = kubeletAddress === undefined ? undefined : new Client(kubelet({ address: kubeletAddress, caFile, insecure, folder }));
  const tried = async (what: Tried['what'], client: Client, request: () => Promise<unknown>): Promise<Tried> => {
    try {
      await request();
      return { what, server: client.name };
    } catch (error) {
      return { what, server: client.name, problem: oneLine(error).replace(/\.$/, '') };
    }
  };
  const get = async (client: Client, path: string, accept?: string) => client.get(path, { timeout: PATIENCE, ...(accept !== undefined && { accept }) });
  try {
    return await Promise.all([
      ...(node !== undefined && mode !== 'api' ? [tried('kubelet', node, () => readPods({ get: (path) => node.get(path, { timeout: PATIENCE }) }))] : []),
      ...(nodeName !== undefined && mode !== 'kubelet' ? [tried('api', server, () => get(server, `${PODS}?${new URLSearchParams({ ...ofNode(nodeName), limit: '1' }).toString()}`))] : []),
      tried('owners', server, () =>
        get(server, NOBODY, METADATA_ONLY).catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error;
        }),
      ),
      ...(kubernetesPeers === 'off' ? [] : [tried('peers', server, () => Promise.all(followed(kubernetesPeers).map((one) => get(server, `${PEERS[one]}?limit=1`))))]),
    ]);
  } finally {
    server.close();
    node?.close();
  }
}
