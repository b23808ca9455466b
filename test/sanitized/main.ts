// node main.ts SCENARIO: plays it, and fails when it leaves a file descriptor, a BPF object or a mapping of one behind.
import { strict as assert } from 'node:assert';
import { mappedBpf, openFiles, turns } from '../harness/files.ts';
import { bpfHeldBy } from '../harness/kernel/bpf.ts';
import { CLOSING } from './closing.ts';
import { ENDING } from './ending.ts';
import { RUNNING } from './running.ts';

const before = openFiles();
const scenarios = { ...CLOSING, ...RUNNING, ...ENDING };
await scenarios[process.argv[2] ?? '']!();
await turns();
assert.deepEqual(openFiles(), before);
assert.deepEqual({ held: bpfHeldBy(process.pid), mapped: mappedBpf() }, { held: [], mapped: [] });
