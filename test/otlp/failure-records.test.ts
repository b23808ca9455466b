import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { Receiver } from './receiver.ts';

describeKernel('records of failed connects', () => {
  const random = announcedRandom('failure records');
  const records = (agent: Agent, name: string) => agent.logs.lines.filter((line) => line['msg'] === 'connect failed' && line['process.executable.name'] === name);

  it('are lines of the log: who, where to, why, how long, how many SYNs', async () => {
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--failure-records', '1000'] });
    using generator = new Generator();
    const [refused, silent] = [random.name('refused'), random.name('silent')];
    const count = random.between(5, 30);
    const made = await generator.run(refused, ['plain', '--port', '7', '--address', '::1', '--count', `${count}`], namespace);
    await generator.run(silent, ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--count', '1'], namespace);
    await until(() => [records(agent, refused).length, records(agent, silent).length], [count, 1]);
    for (const line of records(agent, refused)) {
      expect(line).toMatchObject({ level: 'info', 'process.pid': made.pid, 'server.address': '::1', 'server.port': 7, 'error.type': 'refused', 'error.name': 'ECONNREFUSED', 'connect.syns': 1 });
    }
    const [line] = records(agent, silent);
    expect(line).toMatchObject({ 'error.type': 'unanswered', 'connect.syns': 2 });
    expect(line!['connect.duration']).toBeGreaterThan(1.4);
    const page = await agent.scrape();
    expect(page.value('connwatch_failure_records_total', { result: 'left_out' })).toBe(0);
    expect(page.value('connwatch_failure_records_total', { result: 'written' })).toBeGreaterThanOrEqual(count + 1);
  });

  it('name the peer also when it is over the series limit', async () => {
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--failure-records', '1000', '--series-limit', '10'] });
    using generator = new Generator();
    const name = random.name('many');
    await generator.run(name, ['plain', '--port', '7', '--address', '127.3.0.1', '--peers', '200', '--count', '200'], namespace);
    const count = () => agent.logs.lines.filter((line) => line['msg'] === 'connect failed' && String(line['server.address']).startsWith('127.3.')).length;
    await until(count, 200);
    expect(new Set(agent.logs.lines.filter((line) => line['server.port'] === 7).map((line) => line['server.address'])).size).toBe(200);
  });

  it('keep to their rate; what is left out is counted, and without the setting there are none', async () => {
    await using namespace = await Namespace.create();
    await using few = await Agent.start({ args: ['--failure-records', '1'] });
    await using none = await Agent.start();
    using generator = new Generator();
    const name = random.name('flood');
    const { attempts } = await generator.run(name, ['plain', '--port', '7', '--count', '500'], namespace);
    const counted = async () => (await few.scrape()).sum('connwatch_failure_records_total');
    await until(async () => (await counted()) >= attempts, true);
    const page = await few.scrape();
    const written = page.value('connwatch_failure_records_total', { result: 'written' })!;
    expect(few.logs.lines.filter((line) => line['msg'] === 'connect failed').length).toBe(written);
    expect(page.value('connwatch_failure_records_total', { result: 'left_out' })).toBeGreaterThan(0);
    expect([records(none, name), (await none.scrape()).sum('connwatch_failure_records_total')]).toEqual([[], 0]);
  });

  it('are pushed as OTLP logs where these are on; a collector that refuses is counted and stops nothing', async () => {
    await using receiver = await Receiver.start();
    await using namespace = await Namespace.create();
    using folder = new DisposableStack();
    const headers = join(folder.adopt(mkdtempSync(join(tmpdir(), 'connwatch-headers-')), (path) => rmSync(path, { recursive: true })), 'headers');
    writeFileSync(headers, 'x-tenant=blue');
    await using agent = await Agent.start({
      args: ['--failure-records', '1000', '--log-level', 'debug', '--otlp-headers-file', headers],
      env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${receiver.port}` },
    });
    using generator = new Generator();
    const name = random.name('pushed');
    const refuse = (count: number) => generator.run(name, ['plain', '--port', '7', '--count', `${count}`], namespace);
    const mine = () => receiver.records.filter(({ attributes }) => attributes['process.executable.name'] === name);
    const before = BigInt(Date.now()) * 1_000_000n;
    await refuse(7);
    await until(() => mine().length, 7);
    expect(mine()[0]).toMatchObject({ event: 'connwatch.connect.failed', severity: 13, body: 'connect failed', attributes: { 'error.type': 'refused', 'server.port': '7' } });
    expect(mine()[0]!.time - before).toBeGreaterThan(-1_000_000_000n);
    expect(receiver.requests).toEqual([]);
    expect(receiver.recordHeaders[0]).toMatchObject({ 'x-tenant': 'blue' });
    // A file that is gone is a failed export like others; one that is there again is read.
    const failures = async () => (await agent.scrape()).value('connwatch_export_failures_total', { exporter: 'otlp_logs' }) ?? 0;
    rmSync(headers);
    // On a busy machine one may have failed already.
    const failuresBefore = await failures();
    receiver.answer = { code: status.UNAVAILABLE, details: 'away' };
    await refuse(3);
    await until(async () => (await failures()) > failuresBefore, true);
    await agent.logs.line({ msg: 'log records cannot be pushed', exporter: 'otlp_logs' });
    receiver.answer = 'take';
    await refuse(2);
    await until(() => agent.logs.text.includes('(otlp-headers-file) cannot be used: the file does not exist'), true);
    writeFileSync(headers, 'x-tenant=green');
    await refuse(5);
    await until(() => mine().length >= 12, true);
    expect(receiver.recordHeaders.at(-1)).toMatchObject({ 'x-tenant': 'green' });
    expect((await agent.stop()).code).toBe(0);
  });
});
