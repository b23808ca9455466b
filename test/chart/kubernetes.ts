import { join } from 'node:path';
import * as prometheus from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import ts from 'typescript';
import { at } from '../harness/host.ts';
import type { Manifest } from './manifests.ts';

/*
 * Rendered objects against the API's own description, in two ways: as JSON
 * Schema, which knows formats and what is required, but lets unknown fields
 * pass, as the API server does too when it is not asked to be strict; and as
 * object literals of the API's TypeScript types, which know no other field.
 */
const GROUPS = {
  v1: ['kubernetes-models/v1', core],
  'apps/v1': ['kubernetes-models/apps/v1', apps],
  'networking.k8s.io/v1': ['kubernetes-models/networking.k8s.io/v1', networking],
  'rbac.authorization.k8s.io/v1': ['kubernetes-models/rbac.authorization.k8s.io/v1', rbac],
  'monitoring.coreos.com/v1': ['@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1', prometheus],
} as const satisfies Record<string, readonly [string, object]>;

type Model = new (data: Manifest) => { validate(): void };

function groupOf({ apiVersion }: Manifest): readonly [string, object] {
  const group = (GROUPS as Record<string, readonly [string, object]>)[apiVersion];
  if (group === undefined) throw new Error(`no description of ${apiVersion}`);
  return group;
}

/** @throws with the first field that is wrong */
export function validate(manifest: Manifest): void {
  const model = (groupOf(manifest)[1] as Record<string, Model>)[manifest.kind];
  if (model === undefined) throw new Error(`no description of ${manifest.kind} in ${manifest.apiVersion}`);
  new model(manifest).validate();
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

/** What the compiler says of the objects, all in one run because the types take a second or two. */
export function typeErrors(manifests: readonly Manifest[]): string[] {
  const path = join(at('test', 'chart'), 'manifests.generated.ts');
  const source = manifests
    .map((manifest, i) => {
      const type = `import('${groupOf(manifest)[0]}').I${manifest.kind}`;
      return `export const object${i}: ${type} = ${JSON.stringify(manifest, undefined, 1)};`;
    })
    .join('\n');
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(path, source, OPTIONS.target!) : getSourceFile.call(host, name, ...rest);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([path], OPTIONS, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
