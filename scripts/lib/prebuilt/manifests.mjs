import { BPF_OBJECTS } from '../compile/bpf.mjs';

const packageOf = ({ name }) => `@connwatch/${name}`;

/** Packages that the type declarations name. All others are in the bundle. */
export const TYPE_PACKAGES = ['@opentelemetry/api', '@opentelemetry/sdk-metrics', 'rxjs'];

/**
 * package.json of the program as it is published. It differs from the one in the checkout: most packages are in the bundle, and what is
 * compiled comes in a package for each platform.
 * @param {Record<string, any>} checkout
 * @param {readonly {name: string}[]} platforms
 */
export function mainManifest(checkout, platforms) {
  const { version, dependencies } = checkout;
  return {
    ...pick(checkout, ['name', 'version', 'description', 'keywords', 'license', 'type', 'engines', 'os', 'bin', 'exports']),
    files: ['dist'],
    dependencies: pick(dependencies, TYPE_PACKAGES),
    optionalDependencies: Object.fromEntries(platforms.map((platform) => [packageOf(platform), version])),
  };
}

const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

/**
 * package.json of what one platform needs: the addon and the kernel programs.
 * @param {Record<string, any>} checkout
 * @param {(typeof import('./platforms.mjs').PLATFORMS)[number]} platform
 */
export function platformManifest({ version, engines }, platform) {
  const { cpu, libc } = platform;
  return {
    name: packageOf(platform),
    version,
    description: `Native addon and kernel programs of connwatch for Linux on ${cpu} with ${libc === 'glibc' ? 'glibc 2.28 or later' : libc}`,
    // In this order: connwatch, its kernel programs, libbpf, libelf, zlib.
    license: 'Apache-2.0 AND (BSD-2-Clause OR GPL-2.0-only) AND (LGPL-2.1-only OR BSD-2-Clause) AND (GPL-2.0-or-later OR LGPL-3.0-or-later) AND Zlib',
    engines,
    os: ['linux'],
    cpu: [cpu],
    libc: [libc],
    type: 'commonjs',
    main: 'connwatch.node',
    files: ['connwatch.node', ...BPF_OBJECTS, 'LICENSES.txt'],
  };
}
