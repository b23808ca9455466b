import { expect, it } from 'vitest';
import { againWithOptions, type Started } from './runtime.ts';

const PLAIN: Started = { execPath: '/usr/bin/node', execArgv: [], argv: ['/usr/bin/node', '/usr/bin/connwatch', '--interval', '1s'], env: { PATH: '/bin', EMPTY: undefined } };
const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };

it('adds the options of Node.js and the settings of malloc that are missing', () => {
  expect(againWithOptions(PLAIN)).toEqual({
    file: '/usr/bin/node',
    args: ['/usr/bin/node', '--disable-sigusr1', '--max-old-space-size=256', '--max-semi-space-size=4', '/usr/bin/connwatch', '--interval', '1s'],
    env: { PATH: '/bin', ...MALLOC },
  });
});

it('keeps what the user has set', () => {
  const again = againWithOptions({ ...PLAIN, execArgv: ['--max-old-space-size=512'], env: { NODE_OPTIONS: '--trace-gc --max_semi_space_size=16', MALLOC_ARENA_MAX: '4' } });
  expect(again?.args.slice(1, 4)).toEqual(['--max-old-space-size=512', '--disable-sigusr1', '/usr/bin/connwatch']);
  expect(again?.env).toEqual({ ...MALLOC, MALLOC_ARENA_MAX: '4', NODE_OPTIONS: '--trace-gc --max_semi_space_size=16' });
});

it('does nothing when it runs again', () => {
  const { args, env } = againWithOptions(PLAIN)!;
  expect(againWithOptions({ ...PLAIN, execArgv: args.slice(1, 4), env })).toBeUndefined();
});
