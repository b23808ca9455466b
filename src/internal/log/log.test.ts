import { describe, expect, it } from 'vitest';
import { ConnwatchError } from '../errors.ts';
import { createLogger, showControls, type LogFormat, type LogLevel } from './log.ts';

async function capture(format: LogFormat, level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = await createLogger({ format, level, color: false, destination: { write: (line) => void lines.push(line) } });
  return { log, lines };
}

describe('json', () => {
  it('writes one object per line: level as text, ISO time, message and fields', async () => {
    const { log, lines } = await capture('json');
    log.info({ server: 'metrics', address: '127.0.0.1:43211' }, 'listening');
    log.info('ready');
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
    expect(first).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      server: 'metrics',
      address: '127.0.0.1:43211',
      msg: 'listening',
    });
    expect(second).toMatchObject({ level: 'info', msg: 'ready' });
  });

  it('keeps quiet below its level', async () => {
    const { log, lines } = await capture('json', 'warn');
    log.info('a');
    log.child({ part: 'x' }).warn('b');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 'warn', part: 'x', msg: 'b' }]);
    expect([log.isLevelEnabled('info'), log.isLevelEnabled('fatal')]).toEqual([false, true]);
  });

  it('holds no control character', async () => {
    const { log, lines } = await capture('json');
    const text = 'a\u001b\u007f\u009b\u0000b';
    log.info({ text }, text);
    // eslint-disable-next-line no-control-regex
    expect(lines[0]!.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(JSON.parse(lines[0]!)).toMatchObject({ text, msg: text });
  });

  it('writes errors without a stack at info, with stack and cause at debug', async () => {
    const error = new ConnwatchError('taken', { code: 'CW_PORT_IN_USE', hint: 'Choose.', cause: new Error('EADDRINUSE') });
    const info = await capture('json');
    info.log.error({ err: error }, 'failed');
    expect((JSON.parse(info.lines[0]!) as { err: unknown }).err).toEqual({ message: 'taken', code: 'CW_PORT_IN_USE', hint: 'Choose.' });
    const debug = await capture('json', 'debug');
    debug.log.error({ err: error }, 'failed');
    expect((JSON.parse(debug.lines[0]!) as { err: unknown }).err).toMatchObject({
      stack: expect.stringContaining('log.test') as string,
      cause: { message: 'EADDRINUSE' },
    });
  });
});

describe('pretty', () => {
  it('shows control characters instead of sending them', async () => {
    const { log, lines } = await capture('pretty');
    log.warn({ process: 'x\u001b[2J' }, 'a\u009bb\rc');
    const text = lines.join('');
    expect(text).toContain('WARN: a\\x9bb\\x0dc');
    expect(text).toContain('{"process":"x\\x1b[2J"}');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

it.each([
  ['"\\u001b"', '"\\\\x1b"'],
  ['"\\\\u001b"', '"\\\\u001b"'],
  ['"\\r\\n\\t"', '"\\\\x0d\\n\\t"'],
  ['"\u007f"', '"\\\\x7f"'],
])('showControls %s', (line, shown) => {
  expect(showControls(line)).toBe(shown);
});
