import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { collection, counter, pointsOf } from './fixtures.ts';
import { Sender } from './sender.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Answer = 'taken' | 'never' | Error;

/** Exporters that answer in order, whichever is asked. */
function exporters(answers: Answer[], { keep = true } = {}) {
  const sent: string[] = [];
  const made: string[] = [];
  const left: number[] = [];
  const sender = new Sender((milliseconds) => {
    left.push(milliseconds);
    const name = `exporter ${made.length + 1}`;
    made.push(name);
    return {
      export(batch: ResourceMetrics, done: (result: ExportResult) => void) {
        sent.push(`${name}: ${pointsOf(batch).join()}`);
        const answer = answers.shift();
        if (answer === 'taken') done({ code: ExportResultCode.SUCCESS });
        else if (answer instanceof Error) done({ code: ExportResultCode.FAILED, error: answer });
      },
      shutdown: () => Promise.resolve(void sent.push(`${name}: shut down`)),
    } as unknown as PushMetricExporter;
  }, { keep });
  return { sender, sent, left };
}

const batch = (value: number) => collection(counter('a', { x: value }));
const soon = () => performance.now() + 1000;

it('keeps its exporter as long as exports succeed', async () => {
  const { sender, sent } = exporters(['taken', 'taken', 'taken']);
  expect(await sender.send([batch(1), batch(2)], soon())).toBe(2);
  expect(await sender.send([batch(3)], soon())).toBe(1);
  expect(sent).toEqual(['exporter 1: a/x,1', 'exporter 1: a/x,2', 'exporter 1: a/x,3']);
  sender.close();
  expect(sent.at(-1)).toBe('exporter 1: shut down');
});

it('stops at the first batch that fails, and takes a new exporter for the next export', async () => {
  const { sender, sent } = exporters(['taken', new Error('refused'), 'taken']);
  await expect(sender.send([batch(1), batch(2), batch(3)], soon())).rejects.toThrow('refused');
  await sender.send([batch(4)], soon());
  expect(sent).toEqual(['exporter 1: a/x,1', 'exporter 1: a/x,2', 'exporter 1: shut down', 'exporter 2: a/x,4']);
});

it('does not wait longer than it is given', async () => {
  const { sender, sent } = exporters(['taken', 'never']);
  const result = expect(sender.send([batch(1), batch(2)], soon())).rejects.toThrow('no answer in time');
  await vi.advanceTimersByTimeAsync(1000);
  await result;
  expect(sent.at(-1)).toBe('exporter 1: shut down');
  expect(vi.getTimerCount()).toBe(0);
});

it('closes without an exporter, and twice', () => {
  const { sender, sent } = exporters([]);
  sender.close();
  sender.close();
  expect(sent).toEqual([]);
});

it('takes a new exporter for each export where one serves a single export, and says how much time is left', async () => {
  const { sender, sent, left } = exporters(['taken', 'taken', 'taken'], { keep: false });
  await sender.send([batch(1), batch(2)], soon());
  await sender.send([batch(3)], soon() + 500);
  expect(sent).toEqual(['exporter 1: a/x,1', 'exporter 1: a/x,2', 'exporter 1: shut down', 'exporter 2: a/x,3', 'exporter 2: shut down']);
  expect(left).toEqual([1000, 1500]);
});

it('shuts down the exporter of an abandoned export before the next one sends', async () => {
  const { sender, sent } = exporters(['never', 'taken'], { keep: false });
  const abandoned = expect(sender.send([batch(1)], soon())).rejects.toThrow('no answer in time');
  await sender.send([batch(2)], soon());
  expect(sent).toEqual(['exporter 1: a/x,1', 'exporter 1: shut down', 'exporter 2: a/x,2', 'exporter 2: shut down']);
  await vi.advanceTimersByTimeAsync(1000);
  await abandoned;
});
