/**
 * What the prebuilt packages are for. name: as in `@connwatch/NAME`; cpu, libc: npm's names; zig: the compiler's target, with the
 * oldest glibc that the addon runs on; bpf: libbpf's name of the architecture.
 */
export const PLATFORMS = [
  { name: 'linux-x64-gnu', cpu: 'x64', libc: 'glibc', zig: 'x86_64-linux-gnu.2.28', bpf: 'x86' },
  { name: 'linux-x64-musl', cpu: 'x64', libc: 'musl', zig: 'x86_64-linux-musl', bpf: 'x86' },
  { name: 'linux-arm64-gnu', cpu: 'arm64', libc: 'glibc', zig: 'aarch64-linux-gnu.2.28', bpf: 'arm64' },
  { name: 'linux-arm64-musl', cpu: 'arm64', libc: 'musl', zig: 'aarch64-linux-musl', bpf: 'arm64' },
];
