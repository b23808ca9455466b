import { existsSync } from 'node:fs';
import { Refusal } from './refusal.mjs';

const ARCHITECTURES = { x64: 'x86', arm64: 'arm64' };

/** Names that the build needs for this machine. @throws Refusal on one that is not supported */
export function target(platform = process.platform, arch = process.arch) {
  if (platform !== 'linux')
    throw new Refusal(`this is ${platform}, not Linux.`, {
      why: 'connwatch reads TCP connections from the Linux kernel.',
      todo: 'run it on a Linux machine or in a Linux virtual machine.',
    });
  const bpf = ARCHITECTURES[arch];
  if (!bpf)
    throw new Refusal(`the architecture ${arch} is not supported.`, {
      why: 'the kernel programs and the Node.js that comes with connwatch exist for x64 and arm64 only.',
      todo: 'run it on an x64 (amd64) or arm64 (aarch64) machine.',
    });
  return { arch, bpf };
}

export const isRoot = () => process.getuid?.() === 0;

/** A kernel that describes its own types: what the kernel programs need to load. */
export const hasBtf = () => existsSync('/sys/kernel/btf/vmlinux');
