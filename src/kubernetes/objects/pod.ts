import * as z from 'zod/mini';

/** Who controls a pod or a ReplicaSet. */
export interface Owner {
  /** Without the version: `apps`. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What is kept of a pod. */
export interface Pod {
  /** The uid in the names of its cgroups. Of a static pod that is not its uid in the API. */
  readonly cgroupUid: string;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly node: string | undefined;
  /** undefined: nobody; a static pod, for example, is owned by its node, which is nobody. */
  readonly owner: Owner | undefined;
  /** Names by container id, without the runtime's prefix. An id appears a second or two after the container's start. */
  readonly containers: ReadonlyMap<string, string>;
  /** The name of its only container; undefined: it has several. */
  readonly only: string | undefined;
}

/** Names of objects are DNS subdomains, of at most 253 characters. */
const name = z.string().check(z.minLength(1), z.maxLength(253));
const text = z.string().check(z.maxLength(256));
const named = z.array(z.object({ name }));

const reference = z.object({ apiVersion: z._default(text, ''), kind: text, name, uid: text, controller: z.optional(z.boolean()) });

export const metadata = z.object({
  name,
  namespace: z._default(text, ''),
  uid: text,
  annotations: z.optional(z.record(z.string(), z.string())),
  ownerReferences: z._default(z.array(reference), []),
});

const ended = z.optional(z.object({ terminated: z.optional(z.object({ containerID: z.optional(text) })) }));
const statuses = z._default(z.array(z.object({ name, containerID: z.optional(text), state: ended, lastState: ended })), []);

const podObject = z.object({
  metadata,
  spec: z.object({
    nodeName: z.optional(text),
    containers: named,
    initContainers: z._default(named, []),
    ephemeralContainers: z._default(named, []),
  }),
  status: z._default(z.object({ containerStatuses: statuses, initContainerStatuses: statuses, ephemeralContainerStatuses: statuses }), {
    containerStatuses: [],
    initContainerStatuses: [],
    ephemeralContainerStatuses: [],
  }),
});

/** The kubelet gives a static pod a hash as uid, names its cgroups by it, and notes it in the pod's mirror in the API. */
const STATIC = ['kubernetes.io/config.mirror', 'kubernetes.io/config.hash'] as const;
const UID_LENGTH = 128;

/** undefined: it is not a pod as expected. */
export function podOf(object: unknown): Pod | undefined {
  const { success, data } = podObject.safeParse(object);
  if (!success) return undefined;
  const { metadata: meta, spec, status } = data;
  const all = [...spec.containers, ...spec.initContainers, ...spec.ephemeralContainers];
  const containers = new Map<string, string>();
  for (const one of [...status.initContainerStatuses, ...status.containerStatuses, ...status.ephemeralContainerStatuses]) {
    for (const id of [one.lastState?.terminated?.containerID, one.state?.terminated?.containerID, one.containerID]) {
      if (id) containers.set(withoutRuntime(id), one.name);
    }
  }
  const hash = STATIC.map((key) => meta.annotations?.[key]).find((value) => value !== undefined && value !== '' && value.length <= UID_LENGTH);
  return {
    cgroupUid: hash ?? meta.uid,
    uid: meta.uid,
    name: meta.name,
    namespace: meta.namespace,
    node: spec.nodeName,
    owner: ownerOf(meta),
    containers,
    only: all.length === 1 ? all[0]!.name : undefined,
  };
}

/** The controller. A node is the owner of static pods, which tells nothing that `k8s.node.name` does not. */
export function ownerOf({ ownerReferences }: z.infer<typeof metadata>): Owner | undefined {
  const controller = ownerReferences.find((one) => one.controller === true);
  if (controller === undefined || (controller.kind === 'Node' && controller.apiVersion === 'v1')) return undefined;
  const { apiVersion, kind, uid } = controller;
  return { group: apiVersion.includes('/') ? apiVersion.split('/')[0]! : '', kind, name: controller.name, uid };
}

/** `containerd://4f79...`, `cri-o://4f79...`, `docker://4f79...` */
function withoutRuntime(id: string): string {
  return id.slice(id.indexOf('://') < 0 ? 0 : id.indexOf('://') + 3);
}
