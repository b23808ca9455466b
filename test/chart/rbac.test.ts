import { describe, expect, it } from 'vitest';
import { because, helms, noHelm, render } from './helm.ts';
import { containerOf, manifestsOf } from './manifests.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

async function rightsOf(values: unknown): Promise<string[]> {
  const roles = manifestsOf(await render(helms[0]!, values)).filter(({ kind }) => kind === 'ClusterRole') as unknown as { readonly rules: readonly Rule[] }[];
  return roles.flatMap(({ rules }) => rules.map(({ apiGroups, resources, verbs }) => `${verbs.join(',')} ${apiGroups.join(',')}/${resources.join(',')}`));
}

const OWNERS = ['get apps/replicasets', 'get batch/jobs'];
const PEERS = ['list,watch /services,nodes', 'list,watch discovery.k8s.io/endpointslices'];

describe.skipIf(noHelm)(`the rights of the agent${because}`, () => {
  it.each([
    ['auto', ['get /nodes/pods', 'list,watch /pods', ...OWNERS, ...PEERS]],
    ['kubelet', ['get /nodes/pods', ...OWNERS, ...PEERS]],
    ['api', ['list,watch /pods', ...OWNERS, ...PEERS]],
    ['off', []],
  ])('with config.kubernetes %s are those that it uses', async (kubernetes, rights) => {
    expect(await rightsOf({ config: { kubernetes } })).toEqual(rights);
  });

  it.each([
    ['services', PEERS.slice(0, 1)],
    ['off', []],
  ])('with config.kubernetes-peers %s are fewer', async (peers, rights) => {
    expect(await rightsOf({ config: { kubernetes: 'api', 'kubernetes-peers': peers } })).toEqual(['list,watch /pods', ...OWNERS, ...rights]);
  });

  it('are not given if somebody else gives them', async () => {
    expect(await rightsOf({ rbac: { create: false } })).toEqual([]);
  });

  it.each([
    ['auto', true],
    ['off', false],
  ])('with config.kubernetes %s the token is mounted: %j', async (kubernetes, mounted) => {
    expect(await render(helms[0]!, { config: { kubernetes } })).toContain(`automountServiceAccountToken: ${mounted}\n      # The agent needs`);
  });

  it('come with the node and its kubelet, unless the settings have them', async () => {
    const variables = async (config: object) => containerOf(await render(helms[0]!, { config })).env!.map(({ name }) => name).filter((name) => name.startsWith('CONNWATCH_') && name !== 'CONNWATCH_CONFIG');
    expect(await variables({})).toEqual(['CONNWATCH_NODE_NAME', 'CONNWATCH_KUBELET_ADDRESS']);
    expect(await variables({ 'kubelet-address': '127.0.0.1' })).toEqual(['CONNWATCH_NODE_NAME']);
    expect(await variables({ kubernetes: 'off' })).toEqual([]);
  });

  it('and the updates leave no gap where two agents may be on a node', async () => {
    const strategy = async (values: object) => {
      const daemonSet = manifestsOf(await render(helms[0]!, values)).find(({ kind }) => kind === 'DaemonSet') as unknown as { readonly spec: { readonly updateStrategy: unknown } };
      return daemonSet.spec.updateStrategy;
    };
    expect(await strategy({})).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    expect(await strategy({ hostNetwork: true })).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } });
    expect(await strategy({ updateStrategy: { rollingUpdate: { maxSurge: '10%' } } })).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: '10%', maxUnavailable: 0 } });
    expect(await strategy({ updateStrategy: { type: 'OnDelete' } })).toEqual({ type: 'OnDelete' });
  });
});
