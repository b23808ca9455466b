import type { IDaemonSet } from 'kubernetes-models/apps/v1';
import type { IConfigMap } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** The objects of what Helm has rendered. */
export function manifestsOf(rendered: string): Manifest[] {
  const documents = parseAllDocuments(rendered);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

interface Kinds {
  readonly ConfigMap: IConfigMap;
  readonly DaemonSet: IDaemonSet;
}

/** The one object of a kind. */
function only<K extends keyof Kinds>(rendered: string, kind: K): Kinds[K] {
  const found = manifestsOf(rendered).filter((manifest) => manifest.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0] as unknown as Kinds[K];
}

/** The agent's file. */
export function configFileOf(rendered: string): string {
  return only(rendered, 'ConfigMap').data!['config.yaml']!;
}

export function podOf(rendered: string) {
  return only(rendered, 'DaemonSet').spec!.template.spec!;
}

export function containerOf(rendered: string) {
  const [container, ...others] = podOf(rendered).containers;
  if (container === undefined || others.length > 0) throw new Error('not one container');
  return container;
}
