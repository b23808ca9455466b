import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTemporaryFolder } from '../files.mjs';
import { isRoot } from '../host.mjs';
import { run, which } from '../run.mjs';
import { makeInitramfs } from './initramfs.mjs';

const QEMU = 'qemu-system-x86_64';

/** Debian 12 has it in qemu-system-common, later ones in a package of its own. */
const virtiofsd = () => ['/usr/libexec/virtiofsd', '/usr/lib/qemu/virtiofsd'].find(existsSync);

/** Why virtual machines cannot run here; undefined if they can. */
export function whyNoVm() {
  if (process.arch !== 'x64') return 'guests are x64, and see the root file system of a host that has to be the same';
  if (!isRoot()) return 'serving the root file system to a guest needs root';
  if (!which(QEMU)) return `there is no ${QEMU} (Debian: qemu-system-x86)`;
  if (!virtiofsd()) return 'there is no virtiofsd (Debian: qemu-system-common or virtiofsd)';
  const missing = ['busybox', 'cpio', 'modprobe', 'xz'].filter((name) => !which(name));
  return missing.length > 0 ? `there is no ${missing.join(', no ')}` : undefined;
}

/**
 * The guest's clock counts instructions, 2 ns for each. So on a busy host nothing in the guest is late; the run only takes
 * longer. One thread runs all processors of the guest, which makes it slower.
 */
export const STEADY = ['-accel', 'tcg,thread=single', '-icount', 'shift=1'];

const SHARE_TIMEOUT_MS = 10_000;
const UP = 'connwatch-vm: up';
const END = /\nconnwatch-vm: exit (\d+)\n$/;

/**
 * Result of a guest. code: undefined if it did not reach the end; output: its console output; results: content of
 * /run/results; bootSeconds: from the start of qemu to the start of the command.
 * @typedef {{code: number | undefined, output: string, results: string, bootSeconds: number | undefined, seconds: number}} Ended
 */

/**
 * Boots a kernel under emulation and runs a command in it, as root and in this checkout. The guest sees this host's root
 * file system; its own writes are discarded at its end.
 * @param {import('./kernels.mjs').Fetched} kernel
 * @param {string} command for sh; what it writes to /run/results is handed back
 * @param {{timeoutMs?: number, cpus?: number, memory?: string, emulation?: string[], parameters?: string, onOutput?: (text: string) => void}} options
 *   emulation: qemu's options about how instructions are run; parameters: of the kernel
 * @returns {Promise<Ended>}
 */
export async function runInVm(kernel, command, options = {}) {
  const ending = new AbortController();
  return inTemporaryFolder(async (folder) => {
    const initramfs = await makeInitramfs(kernel, folder, command);
    const socket = join(folder, 'share');
    const share = await shareRoot(socket, ending.signal);
    const ended = await runQemu(kernel, { initramfs, socket, results: join(folder, 'results') }, options);
    // Nothing in the guest ran, so the reason may be in the output of virtiofsd.
    return ended.output === '' ? { ...ended, output: share.said() } : ended;
  }).finally(() => ending.abort());
}

/** Serves this host's root file system until qemu is gone. */
async function shareRoot(socket, signal) {
  // The guest mounts it read-only. virtiofsd has no mount namespace of its own, because it could not share / from there.
  const args = [`--socket-path=${socket}`, '-o', 'source=/', '-o', 'sandbox=chroot', '-o', 'cache=auto', '--thread-pool-size=0'];
  let said;
  const ended = run(virtiofsd(), args, { signal }).then(({ stderr }) => (said = stderr));
  const end = performance.now() + SHARE_TIMEOUT_MS;
  while (!existsSync(socket)) {
    if (said !== undefined || performance.now() > end) throw new Error(`virtiofsd does not start: ${said ?? 'no socket'}`);
    await Promise.race([ended, sleep(20)]);
  }
  return { said: () => said ?? '' };
}

const DEFAULTS = { timeoutMs: 60 * 60_000, cpus: 2, memory: '2G', emulation: ['-accel', 'tcg'], parameters: '' };

async function runQemu(kernel, { initramfs, socket, results }, options) {
  const { timeoutMs, cpus, memory, emulation, parameters, onOutput } = { ...DEFAULTS, ...options };
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let bootSeconds;
  let output = '';
  const { stderr } = await run(
    QEMU,
    [
      ...emulation,
      ...['-cpu', 'max', '-smp', String(cpus), '-m', memory],
      // The share uses memory that both sides map.
      ...['-object', `memory-backend-memfd,id=memory,size=${memory},share=on`, '-machine', 'pc,memory-backend=memory'],
      ...['-chardev', `socket,id=share,path=${socket}`, '-device', 'vhost-user-fs-pci,chardev=share,tag=host'],
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
      ...['-serial', 'stdio', '-serial', `file:${results}`],
      ...['-kernel', kernel.vmlinuz, '-initrd', initramfs],
      ...['-append', `console=ttyS0 quiet panic=-1 no_timer_check ${parameters}`],
    ],
    {
      timeout: timeoutMs,
      onOutput: (text) => {
        output += text.replaceAll('\r', '');
        if (output.includes(UP)) bootSeconds ??= seconds();
        onOutput?.(text);
      },
    },
  );
  const written = existsSync(results) ? readFileSync(results, 'utf8') : '';
  const [, code] = END.exec(written) ?? [];
  return {
    code: code === undefined ? undefined : Number(code),
    output: output + stderr,
    results: written.replace(END, ''),
    bootSeconds,
    seconds: seconds(),
  };
}
