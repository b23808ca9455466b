/* What the tests of the npm packages need of these scripts. */
export { makeDebian, npmFolder } from '../image/debian.mjs';
export { carryInto } from '../image/host-network.mjs';
export { makeNpmPackages } from '../prebuilt/packages.mjs';
export { PLATFORMS } from '../prebuilt/platforms.mjs';
export { unpack } from '../setup/unpacked.mjs';
