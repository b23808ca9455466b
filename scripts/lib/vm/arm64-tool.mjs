import { dirname } from 'node:path';
import { zig } from '../prebuilt/zig.mjs';

/** The glibc of Debian 12, whose libraries the guest has. */
const TARGET = 'aarch64-linux-gnu.2.36';

/** Compiles one of the small C programs of the tests for an arm64 guest. @throws Refusal with the compiler's output */
export async function buildForArm64(source, output) {
  await zig(source, 'test/tools', ['cc', '-target', TARGET, '-s', '-O2', '-pthread', '-I', dirname(source), source, '-o', output]);
}
