import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from '../files.mjs';
import { at } from '../paths.mjs';
import { outputOf, run, which } from '../run.mjs';

const QEMU = 'qemu-system-aarch64';

/** Kernels of the guests: Debian's for the cloud, as on amd64. @type {import('./kernels.mjs').Kernel[]} */
export const ARM64_KERNELS = [
  { name: '6.1', suite: 'bookworm', tests: [], architecture: 'arm64' },
  { name: '6.12', suite: 'trixie', tests: [], architecture: 'arm64' },
  { name: '7.2', suite: 'sid', tests: [], architecture: 'arm64' },
];

/** Why arm64 guests cannot run here; undefined if they can. */
export function whyNoArm64() {
  const missing = [QEMU, 'cpio', 'apt-get', 'dpkg-deb'].filter((name) => !which(name));
  return missing.length > 0 ? `there is no ${missing.join(', no ')} (Debian: qemu-system-arm, cpio)` : undefined;
}

const RESULT = /^connwatch-vm: result (.*)$/m;

/**
 * Boots a kernel under emulation with a folder as its root file system, and runs scripts/vm/arm64-guest.mjs in it. The folder needs
 * busybox, Node.js, /opt/node_modules/connwatch and /opt/conngen, all for arm64. No module is loaded: console and initramfs are built in.
 * @param {import('./kernels.mjs').Fetched} kernel
 * @param {string} root the folder; the guest's scripts are added
 * @param {{name: string, args: string[]}[]} cases connections to make: name of the executable, arguments of conngen
 * @returns {Promise<{result: any, output: string}>} result: undefined if the guest did not get to the end; output: of its console
 */
export async function runOnArm64(kernel, root, cases, { timeoutMs = 20 * 60_000 } = {}) {
  copyFileSync(at('scripts', 'vm', 'arm64-init.sh'), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  copyFileSync(at('scripts', 'vm', 'arm64-guest.mjs'), join(root, 'guest.mjs'));
  writeFileSync(join(root, 'cases.json'), JSON.stringify(cases));
  return inTemporaryFolder(async (folder) => {
    const initramfs = join(folder, 'initramfs');
    await outputOf('sh', ['-c', 'cd "$1" && find . | cpio --create --format=newc --quiet > "$2"', 'sh', root, initramfs]);
    const { stdout, stderr } = await run(
      QEMU,
      [
        // Pointer authentication by the emulator's own hash: the architecture's would double the time.
        ...['-machine', 'virt', '-accel', 'tcg', '-cpu', 'max,pauth-impdef=on', '-smp', '2', '-m', '2G'],
        ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
        ...['-kernel', kernel.vmlinuz, '-initrd', initramfs, '-append', 'console=ttyAMA0 quiet panic=-1'],
      ],
      { timeout: timeoutMs },
    );
    const output = stdout.replaceAll('\r', '') + stderr;
    const [, result] = RESULT.exec(output) ?? [];
    return { result: result === undefined ? undefined : JSON.parse(result), output };
  });
}
