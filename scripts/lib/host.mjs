import { existsSync } from 'node:fs';
import { Refusal } from './refusal.mjs';

/** Names of each architecture, by Node.js's name: those of libbpf, GNU, Debian and container images, and its loader's path. */
const ARCHITECTURES = {
  x64: { bpf: 'x86', triplet: 'x86_64-linux-gnu', debian: 'amd64', loader: '/lib64/ld-linux-x86-64.so.2' },
  arm64: { bpf: 'arm64', triplet: 'aarch64-linux-gnu', debian: 'arm64', loader: '/lib/ld-linux-aarch64.so.1' },
};

/** Target architecture: this machine's, unless $TARGETARCH names another one. Image builds set that variable. */
export function targetArch(named = process.env.TARGETARCH) {
  if (!named) return process.arch;
  return Object.keys(ARCHITECTURES).find((arch) => ARCHITECTURES[arch].debian === named) ?? named;
}

/** True if the target is another architecture, whose programs do not run here. */
export const isCross = () => targetArch() !== process.arch;

/** Names of the target architecture. @throws Refusal if it is not supported */
export function target(platform = process.platform, arch = targetArch()) {
  if (platform !== 'linux')
    throw new Refusal(`this is ${platform}, not Linux.`, {
      code: 'CW_SETUP_HOST',
      why: 'connwatch reads TCP connections from the Linux kernel.',
      todo: 'run it on a Linux machine or in a Linux virtual machine.',
    });
  const names = ARCHITECTURES[arch];
  if (!names)
    throw new Refusal(`the architecture ${arch} is not supported.`, {
      code: 'CW_SETUP_HOST',
      why: 'the kernel programs and the Node.js that comes with connwatch exist for x64 and arm64 only.',
      todo: 'run it on an x64 (amd64) or arm64 (aarch64) machine.',
    });
  return { arch, ...names };
}

export const isRoot = () => process.getuid?.() === 0;

/** True if the kernel describes its own types (BTF), which the kernel programs need to load. */
export const hasBtf = () => existsSync('/sys/kernel/btf/vmlinux');
