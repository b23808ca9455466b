export { tryKubernetes, type Tried } from './check.ts';
export { Kubernetes } from './kubernetes.ts';
export type { KubernetesOptions, KubernetesSettings, Mode, Requests } from './kubernetes.ts';
