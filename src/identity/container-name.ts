/** A container, by the name of its cgroup. */
export interface Named {
  /** The whole id, or the name if the runtime has no other id. */
  readonly id: string;
  /** docker, containerd, cri-o, podman, ...; undefined: unknown. */
  readonly runtime: string | undefined;
}

/** Runtimes by the prefix of the id: `cri-containerd-<id>.scope`. */
const BY_PREFIX: Readonly<Record<string, string>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  containerd: 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
  'libpod-payload': 'podman',
  buildkit: 'buildkit',
  kata: 'kata',
  runc: 'runc',
  crun: 'crun',
};

/** Runtimes by a cgroup above it, the nearest first: `/docker/<id>`. */
const BY_PARENT: Readonly<Record<string, string>> = {
  docker: 'docker',
  ecs: 'ecs',
  garden: 'garden',
  buildkit: 'buildkit',
  kata_overhead: 'kata',
  libpod_parent: 'podman',
  'k8s.io': 'containerd',
  default: 'containerd',
};

/** Scopes of programs on the host, whose names may have any ending. */
const NO_CONTAINER = /^(?:.*-)?(?:conmon|session|run|app|user|snap|podman-pause|vte-spawn)$/;

const HEX_ID = /[0-9a-f]{64}$/;
const BUILDKIT_ID = /^[0-9a-z]{25}$/;
/** Garden's ids have a last group of 4 or 12 digits. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-(?:[0-9a-f]{4}|[0-9a-f]{12})$/;
const FARGATE_ID = /^[0-9a-f]{32}-[0-9]{1,20}$/;
const NOMAD_TASK = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[.-].+$/;
const NAME = /^[0-9A-Za-z_][0-9A-Za-z_.-]*$/;

/** The container of this cgroup, if any. `above` has the names from the root. */
export function containerOf(name: string, above: readonly string[]): Named | undefined {
  const colons = name.split(':');
  // slice:prefix:id: a runtime without its systemd driver uses it as a file name.
  if (colons.length === 3 && colons[0]!.endsWith('.slice')) return prefixed(colons[1]!, colons[2]!);
  const scope = name.endsWith('.scope');
  const stem = scope ? name.slice(0, -'.scope'.length) : name;
  return byHexId(stem, above) ?? (scope ? ofScope(stem) : undefined) ?? byParent(stem, above);
}

function byHexId(stem: string, above: readonly string[]): Named | undefined {
  const id = HEX_ID.exec(stem)?.[0];
  if (id === undefined) return undefined;
  if (id === stem) {
    // podman's cgroupfs driver: this is the cgroup of a pod.
    if (above.at(-1) === 'libpod_parent') return undefined;
    return { id, runtime: nearest(above) };
  }
  const before = stem.slice(0, -id.length);
  if (!/[-_]$/.test(before)) return undefined;
  return prefixed(before.slice(0, -1), id);
}

function prefixed(prefix: string, id: string): Named | undefined {
  if (NO_CONTAINER.test(prefix) || !NAME.test(id)) return undefined;
  // dockerd's builder uses the prefix of containers.
  if (prefix === 'docker' && BUILDKIT_ID.test(id)) return { id, runtime: 'buildkit' };
  return { id, runtime: own(BY_PREFIX, prefix) };
}

function ofScope(stem: string): Named | undefined {
  const dash = stem.indexOf('-');
  const prefix = stem.slice(0, Math.max(dash, 0));
  const rest = stem.slice(dash + 1);
  // The user chooses these names.
  if (prefix === 'runc' || prefix === 'crun') return prefixed(prefix, rest);
  return (prefix === 'docker' || prefix === 'buildkit') && BUILDKIT_ID.test(rest) ? prefixed(prefix, rest) : undefined;
}

/** Cases in which the name alone is not enough. */
function byParent(name: string, above: readonly string[]): Named | undefined {
  const parent = above.at(-1) ?? '';
  // containerd: /<namespace>/<container>. The user of `ctr` chooses the container's name.
  if (parent === 'default' && above.length === 1 && NAME.test(name)) return { id: name, runtime: 'containerd' };
  if (parent === 'buildkit' && BUILDKIT_ID.test(name)) return { id: name, runtime: 'buildkit' };
  if (FARGATE_ID.test(name) && above.includes('ecs')) return { id: name, runtime: 'ecs' };
  if (NOMAD_TASK.test(name) && above.some((it) => it.startsWith('nomad'))) return { id: name, runtime: 'nomad' };
  if (!UUID.test(name)) return undefined;
  if (parent === 'mesos' || parent === 'nomad') return { id: name, runtime: parent };
  // cgroups `good` and `bad` are for containers that use less and more CPU than they may.
  const garden = parent === 'garden' || ((parent === 'good' || parent === 'bad') && above.at(-2) === 'garden');
  return garden ? { id: name, runtime: 'garden' } : undefined;
}

function nearest(above: readonly string[]): string | undefined {
  const parent = above.findLast((name) => own(BY_PARENT, name) !== undefined);
  return parent === undefined ? undefined : BY_PARENT[parent];
}

/** Own properties only, because a name may be `constructor`. */
function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
