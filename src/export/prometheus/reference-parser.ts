import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// For tests: Python's prometheus_client, which has the reference parser of OpenMetrics. Not part of the agent.

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly samples: readonly (readonly [name: string, labels: Readonly<Record<string, string>>, value: number])[];
}

const PACKAGES = fileURLToPath(new URL('../../../.cache/openmetrics-parser/usr/lib/python3/dist-packages', import.meta.url));

const PROGRAM = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
page = sys.stdin.buffer.read().decode('utf-8')
families = {'text': text, 'openmetrics': openmetrics}[sys.argv[1]](page)
json.dump([{'name': f.name, 'type': f.type, 'unit': f.unit, 'samples': [[s.name, s.labels, repr(s.value)] for s in f.samples]} for f in families], sys.stdout)
`;

/** @throws Error with the parser's message */
export function parseReference(format: 'text' | 'openmetrics', page: Buffer): ParsedFamily[] {
  const { status, stdout, stderr, error } = python(['-c', PROGRAM, format], page);
  if (error !== undefined || status !== 0) throw new Error(`the parser: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  const families = JSON.parse(stdout) as (Omit<ParsedFamily, 'samples'> & { samples: [string, Record<string, string>, string][] })[];
  return families.map((family) => ({ ...family, samples: family.samples.map(([name, labels, value]) => [name, labels, Number(value)] as const) }));
}

function python(args: string[], input: Buffer) {
  return spawnSync('python3', args, { input, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: 'utf-8' } });
}

/** Why the parser cannot run here; undefined if it can. */
export const noParser =
  python(['-c', 'import prometheus_client.openmetrics.parser'], Buffer.alloc(0)).status === 0
    ? undefined
    : "python3 with prometheus_client is not there: npm test fetches the parser where apt-get can, and needs python3";
