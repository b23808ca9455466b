import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { Containers, noImages } from './containers.ts';

// No literal: this script has no types.
const tools = at('scripts', 'lib', 'image', 'tools.mjs');
const { emulator } = (await import(tools)) as { emulator(machine: string): string };

/** By what images call them: GNU's name, and the number in an ELF header. */
const ARCHITECTURES = { amd64: { machine: 'x86_64', elf: 62 }, arm64: { machine: 'aarch64', elf: 183 } };
const EM_BPF = 247;
const [here, other] = process.arch === 'arm64' ? (['arm64', 'amd64'] as const) : (['amd64', 'arm64'] as const);

const notHere =
  noImages ??
  (process.env['CONNWATCH_TEST_CROSS'] === undefined
    ? 'npm run test:image builds it'
    : existsSync(emulator(ARCHITECTURES[other].machine))
      ? undefined
      : 'there is no emulator: npm run test:image unpacks it where apt-get can');

describe.skipIf(notHere !== undefined)(`the image for the other architecture${notHere === undefined ? '' : ` (${notHere})`}`, () => {
  it('is cross-compiled: all programs are of it, and Node.js loads the addon', { timeout: 1_200_000 }, async () => {
    await using containers = await Containers.create();
    // Newer builders know the second by themselves.
    const platforms = ['--platform', `linux/${other}`, '--build-arg', `BUILDPLATFORM=linux/${here}`];
    await containers.build(at(), 'localhost/connwatch:cross', '--build-arg', 'SOURCE_COMMIT=crossed', ...platforms);
    const [image] = JSON.parse(await containers.podman('image', 'inspect', 'localhost/connwatch:cross')) as [{ Architecture: string }];
    expect(image.Architecture).toBe(other);

    await containers.inside('localhost/connwatch:cross', async (root) => {
      const machines = machinesIn(root);
      const { 'connwatch.bpf.o': bpf, ...programs } = machines;
      expect(bpf).toBe(EM_BPF);
      expect(Object.keys(programs)).toEqual(expect.arrayContaining(['node', 'connwatch.node', 'libbpf.so.1', 'libc.so.6']));
      expect(new Set(Object.values(programs))).toEqual(new Set([ARCHITECTURES[other].elf]));
      const prefix = join(root, 'opt', 'connwatch');
      const said = await must([emulator(ARCHITECTURES[other].machine), '-L', root, join(prefix, 'bin', 'node'), join(prefix, 'dist', 'connwatch.js'), 'version']);
      expect(said).toMatch(/^connwatch [\d.]+\ncommit crossed\nNode\.js [\d.]+\nlibbpf 1\.\d+\n$/);
    });
  });
});

/** e_machine of every ELF file below a folder, by its name. */
function machinesIn(root: string): Record<string, number> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const headers = files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name)).subarray(0, 20)] as const);
  const elf = headers.filter(([, header]) => header.subarray(0, 4).toString('latin1') === '\x7fELF');
  return Object.fromEntries(elf.map(([name, header]) => [name, header.readUInt16LE(18)]));
}
