import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole } from '../files.mjs';
import { outputOf, run, which } from '../run.mjs';
import { unpack } from '../setup/unpacked.mjs';
import { cacheFile, go, goVersion, requireGo } from './go.mjs';

const MODULE = 'k8s.io/kubernetes';
const VERSION = 'v1.36.3';
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet'];
/** Debian's packages with the rest of a node, unpacked beside. */
const PACKAGES = ['etcd-server', 'containerd', 'containernetworking-plugins'];
/** What Kubernetes' own build links in; Helm compares the version. */
const LINKED = [
  ['gitVersion', VERSION],
  ['gitMajor', VERSION.slice(1).split('.')[0]],
  ['gitMinor', VERSION.split('.')[1]],
]
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ');
const WHAT = { what: 'Kubernetes', versions: 'scripts/lib/test/kubernetes.mjs' };

/** A cluster on this machine: the folder with its programs in bin/ and cni/. undefined where it has not been built, or there is no Go. */
export function readyKubernetes() {
  if (!which('go')) return undefined;
  const folder = cacheFile('kubernetes', `${VERSION} ${PACKAGES.join()}`, goVersion());
  return existsSync(folder) ? folder : undefined;
}

/**
 * Builds the programs of Kubernetes from their Go module, and unpacks etcd, containerd and the network plugins of Debian.
 * @returns {Promise<string>} the folder
 * @throws Refusal
 */
export async function buildKubernetes() {
  requireGo(WHAT.what);
  const cached = cacheFile('kubernetes', `${VERSION} ${PACKAGES.join()}`, goVersion());
  await makeWhole(cached, async (draft) => {
    await inTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, 'go.mod'), 'module connwatch.local/kubernetes\n');
      const { Dir } = JSON.parse(await outputOf('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], { cwd: folder }));
      writeFileSync(join(folder, 'go.mod'), goMod(readFileSync(join(Dir, 'go.mod'), 'utf8')));
      mkdirSync(join(draft, 'bin'), { recursive: true });
      for (const program of PROGRAMS) {
        await go(['build', '-mod=mod', '-buildvcs=false', '-trimpath', `-ldflags=-s -w ${LINKED}`, '-o', join(draft, 'bin', program), `${MODULE}/cmd/${program}`], folder, WHAT);
      }
      const debian = join(folder, 'debian');
      await unpack(PACKAGES, debian);
      const copies = [
        [join(debian, 'usr', 'bin'), join(draft, 'bin')],
        [join(debian, 'usr', 'lib', 'cni'), join(draft, 'cni')],
      ];
      for (const [from, to] of copies) {
        mkdirSync(to, { recursive: true });
        const { code, stderr } = await run('cp', ['-a', `${from}/.`, to]);
        if (code !== 0) throw new Error(stderr);
      }
    });
  });
  return cached;
}

/** Kubernetes replaces its staging modules by folders of its own repository; each is published as v0 of the same version. */
function goMod(theirs) {
  const goLine = /^go .*$/m.exec(theirs)[0];
  const staged = [...theirs.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map(([, name]) => name).filter((name) => !name.includes('/sample-'));
  const replaced = staged.map((name) => `replace ${name} => ${name} ${VERSION.replace('v1', 'v0')}\n`);
  return `module connwatch.local/kubernetes\n\n${goLine}\n\nrequire ${MODULE} ${VERSION}\n\n${replaced.join('')}`;
}
