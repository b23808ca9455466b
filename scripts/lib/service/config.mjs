/** Where each file of scripts/install goes. Settings that a person has changed stay at an upgrade. */
const FILES = [
  { name: 'connwatch.service', to: '/usr/lib/systemd/system/connwatch.service', mode: 0o644 },
  { name: 'config.yaml', to: '/etc/connwatch/config.yaml', mode: 0o644, type: 'config|noreplace' },
  { name: 'environment', to: '/etc/connwatch/environment', mode: 0o600, type: 'config|noreplace' },
];

const HOOKS = ['preinstall', 'postinstall', 'preremove', 'postremove'];

/**
 * What nfpm makes a package from; JSON is YAML.
 * @param {{version: string, release: number, description: string, license: string, architecture: string, tree: string, install: string, time: number}} of
 *   license: of everything in it, for SPDX; architecture: Debian's name; tree: folder of the program; install: scripts/install; time: of every file, in seconds
 */
export function packageConfig({ version, release, description, license, architecture, tree, install, time }) {
  const mtime = new Date(time * 1000).toISOString();
  return {
    name: 'connwatch',
    arch: architecture,
    platform: 'linux',
    version,
    release: `${release}`,
    section: 'net',
    priority: 'optional',
    maintainer: 'The connwatch authors <connwatch@localhost>',
    description,
    license,
    mtime,
    umask: 0o022,
    contents: [
      { src: tree, dst: '/opt/connwatch', type: 'tree', file_info: { mtime } },
      // rpm removes only folders that a package names.
      { dst: '/etc/connwatch', type: 'dir', file_info: { mode: 0o755, mtime } },
      ...FILES.map(({ name, to, mode, type }) => ({ src: `${install}/${name}`, dst: to, ...(type && { type }), file_info: { mode, mtime } })),
      { src: '/opt/connwatch/bin/connwatch', dst: '/usr/bin/connwatch', type: 'symlink', file_info: { mtime } },
    ],
    scripts: Object.fromEntries(HOOKS.map((name) => [name, `${install}/hooks/${name}.sh`])),
    // What Node.js and the addon link to. Both work with glibc 2.28.
    overrides: {
      deb: { depends: ['libc6 (>= 2.28)', 'libstdc++6 (>= 8)', 'libgcc-s1 | libgcc1'], recommends: ['systemd'] },
      rpm: { depends: ['glibc >= 2.28', 'libstdc++ >= 8', 'libgcc >= 8'] },
    },
    deb: { compression: 'xz' },
    rpm: { compression: 'xz', group: 'System Environment/Daemons', buildhost: 'localhost' },
  };
}
