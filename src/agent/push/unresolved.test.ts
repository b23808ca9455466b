import { expect, it, vi } from 'vitest';
import type { Logger } from '../../internal/log/log.ts';
import { logUnresolved } from './unresolved.ts';

it('logs each path once, and no more than twenty', () => {
  const info = vi.fn();
  const tell = logUnresolved({ info } as unknown as Logger);
  tell('/a');
  tell('/a');
  expect(info.mock.calls).toEqual([[{ path: '/a' }, 'unknown form of a cgroup path']]);
  for (let i = 0; i < 100; i++) tell(`/${i}`);
  const paths = info.mock.calls.filter(([fields]) => typeof fields === 'object');
  expect(paths).toHaveLength(20);
  expect(info.mock.calls.slice(20)).toEqual([['further unknown cgroup paths are not logged']]);
});
