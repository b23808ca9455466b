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
import { fetchSources, sourcesMissing } from './prebuilt/sources.mjs';
import { fetchZig, zigMissing } from './prebuilt/zig.mjs';
import { doSteps } from './setup/steps.mjs';
import { checkInstallable, checkLibbpf, installPackages, missingPackages } from './setup/system-packages.mjs';

export const npmStep = { label: 'npm packages', due: packagesDiffer, run: installNpmPackages };

const systemStep = (options) => ({
  label: () => `system packages: ${missingPackages(options).join(' ')}`,
  due: () => missingPackages(options).length > 0,
  run: () => installPackages(missingPackages(options)),
});

const programStep = { label: 'program', due: async () => !(await bundleIsFresh()), run: buildBundle };

const buildSteps = [
  { label: 'kernel programs', due: () => !bpfObjectIsFresh(), run: buildBpfObject },
  { label: 'native addon', due: () => !addonIsFresh(), run: buildAddon },
  programStep,
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
 * Installs and builds what the agent needs. Skips each step whose result is up to date.
 * @param {{tests?: boolean, types?: boolean, vm?: boolean}} options tests: also what the tests need; types: also
 *   dist/types; vm: also what virtual machines need
 * @throws Refusal
 */
export async function setup({ tests = false, types = false, vm = false } = {}) {
  await installDependencies({ tests, vm });
  await doSteps([...buildSteps, ...(types ? [typesStep] : []), ...(tests ? testSteps : [])]);
}

const ANSWERS = new Set(['--help', '-h', '--list']);

/** True for arguments that only print something. Such a command needs `setupToAnswer()` and no other set-up. */
export const onlyAnswers = (args) => args.some((arg) => ANSWERS.has(arg));

/** Installs the npm packages if they are missing: with them comes the Node.js that runs TypeScript. @throws Refusal */
export async function setupToAnswer() {
  target();
  await doSteps([npmStep]);
}

/** What commands need that load nothing into the kernel: no packages of the system, no compiler. @throws Refusal */
export async function setupProgram() {
  target();
  await doSteps([npmStep, programStep]);
}

/** What `npm run package:npm` needs: the program with its types, and compilers for all platforms. arm64: also what runs them. @throws Refusal */
export async function setupPrebuilt({ arm64 = false } = {}) {
  await installDependencies({ prebuilt: true, arm64 });
  await doSteps([
    programStep,
    typesStep,
    { label: 'compiler for other platforms', due: zigMissing, run: fetchZig },
    { label: 'sources of libbpf, libelf and zlib', due: sourcesMissing, run: fetchSources },
  ]);
}

/** Installs the system's packages and those of npm: the part that needs the network. @throws Refusal */
export async function installDependencies(options = {}) {
  target();
  checkInstallable(missingPackages(options));
  await doSteps([systemStep(options)]);
  checkLibbpf();
  await doSteps([npmStep]);
}
