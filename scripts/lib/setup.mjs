import { addonIsFresh, buildAddon, buildSanitizedAddon, sanitizedAddonIsFresh } from './compile/addon.mjs';
import { benchToolsAreFresh, buildBenchTools } from './compile/bench-tools.mjs';
import { bpfObjectIsFresh, buildBpfObject } from './compile/bpf.mjs';
import { buildBundle, bundleIsFresh } from './compile/bundle.mjs';
import { buildTestTools, testToolsAreFresh } from './compile/test-tools.mjs';
import { buildTypes, typesAreFresh } from './compile/types.mjs';
import { hasBtf, isRoot, target } from './host.mjs';
import { imageToolsMissing, installImageTools } from './image/tools.mjs';
import { fetchHelm, helmMissing } from './setup/helm.mjs';
import { installNpmPackages, packagesDiffer } from './setup/npm-packages.mjs';
import { fetchParser, parserMissing } from './setup/openmetrics-parser.mjs';
import { fetchPrometheus, prometheusMissing } from './setup/prometheus.mjs';
import { doSteps } from './setup/steps.mjs';
import { checkInstallable, checkLibbpf, installPackages, missingPackages } from './setup/system-packages.mjs';

export const npmStep = { label: 'npm packages', due: packagesDiffer, run: installNpmPackages };

const systemStep = (options) => ({
  label: () => `system packages: ${missingPackages(options).join(' ')}`,
  due: () => missingPackages(options).length > 0,
  run: () => installPackages(missingPackages(options)),
});

const buildSteps = [
  { label: 'kernel programs', due: () => !bpfObjectIsFresh(), run: buildBpfObject },
  { label: 'native addon', due: () => !addonIsFresh(), run: buildAddon },
  { label: 'program', due: async () => !(await bundleIsFresh()), run: buildBundle },
];

const typesStep = { label: 'type declarations', due: () => !typesAreFresh(), run: buildTypes };

const testSteps = [
  { label: 'native addon with sanitizers', due: () => isRoot() && hasBtf() && !sanitizedAddonIsFresh(), run: buildSanitizedAddon },
  { label: 'test tools', due: () => !testToolsAreFresh(), run: buildTestTools },
  { label: 'benchmark tools', due: () => !benchToolsAreFresh(), run: buildBenchTools },
  { label: 'Prometheus for the tests', due: prometheusMissing, run: fetchPrometheus },
  { label: 'OpenMetrics parser for the tests', due: parserMissing, run: fetchParser },
  { label: 'Helm for the tests', due: helmMissing, run: fetchHelm },
  { label: 'buildah and podman for the tests', due: imageToolsMissing, run: installImageTools },
];

/**
 * Brings the checkout to where it runs; does nothing that is already done.
 * @param {{tests?: boolean, types?: boolean, vm?: boolean}} options tests: what the tests need as well; types: dist/types
 *   as well; vm: virtual machines as well
 * @throws Refusal
 */
export async function setup({ tests = false, types = false, vm = false } = {}) {
  await installDependencies({ tests, vm });
  await doSteps([...buildSteps, ...(types ? [typesStep] : []), ...(tests ? testSteps : [])]);
}

/** The part that needs the network: packages of the system and of npm. @throws Refusal */
export async function installDependencies(options = {}) {
  target();
  checkInstallable(missingPackages(options));
  await doSteps([systemStep(options)]);
  checkLibbpf();
  await doSteps([npmStep]);
}
