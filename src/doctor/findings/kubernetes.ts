import type { Tried } from '../../kubernetes/index.ts';
import type { Check, Facts } from '../types.ts';
import { degraded, info, ok } from './words.ts';

const NO_NAMES = 'containers have their ids instead of names';

/** One way to the pods is enough. Owners and peers have one way only. */
export function kubernetes({ kubernetes: tried }: Facts): Check[] {
  if (tried === undefined) return [info('kubernetes', 'pods have no names: not in a pod with the token of a service account, or --kubernetes off')];
  const works = tried.some(({ what, problem }) => isPods(what) && problem === undefined);
  return tried.map((one) => (one.what === 'owners' ? owners(one) : one.what === 'peers' ? peers(one) : pods(one, works)));
}

function isPods(what: Tried['what']): boolean {
  return what === 'kubelet' || what === 'api';
}

function pods({ what, server, problem }: Tried, works: boolean): Check {
  const id = `kubernetes-${what}`;
  if (problem === undefined) return ok(id, `${server} tells the pods of this node`);
  if (works) return info(id, `${problem}; not needed, because the other way works`);
  const todo = /certificate/.test(problem)
    ? 'set --kubelet-ca-file to the authority of the kubelet, or use --kubernetes api'
    : what === 'kubelet'
      ? 'give the service account the right get nodes/pods (Kubernetes 1.33 and later), let the agent reach port 10250 of its node, or use --kubernetes api'
      : 'give the service account the rights list and watch pods, and let the agent reach the API server';
  return degraded(id, problem, NO_NAMES, todo);
}

function owners({ server, problem }: Tried): Check {
  const id = 'kubernetes-owners';
  if (problem === undefined) return ok(id, `${server} tells the owners of ReplicaSets`);
  return degraded(id, problem, 'pods have the names of ReplicaSets and Jobs instead of those of Deployments and CronJobs', 'give the service account the right get replicasets (apps) and jobs (batch)');
}

function peers({ server, problem }: Tried): Check {
  const id = 'kubernetes-peers';
  if (problem === undefined) return ok(id, `${server} tells the Services, nodes and endpoints`);
  return degraded(id, problem, 'peers have addresses instead of names', 'give the service account the rights list and watch services, nodes and endpointslices (discovery.k8s.io), or use --kubernetes-peers off');
}
