import { spawnSync } from 'node:child_process';
import { at } from '../paths.ts';
import { type Ended, run } from '../run.ts';
import { made } from './made.ts';

/** Of the compiler that the addon was built with. */
const library = (name: string): string => spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim();

const TRACER_CRASH = 'LeakSanitizer has encountered a fatal error';

/**
 * Plays a scenario of test/sanitized/ in a process of its own, with the addon that has AddressSanitizer, its leak
 * detection and UBSan built in, and with the privileges of an agent. What they find ends it with exit code 99.
 */
export async function sanitized(scenario: string): Promise<Ended> {
  const environment = {
    // Node.js brings a C++ library of its own, and the sanitizer wants to find one when it starts.
    LD_PRELOAD: `${library('libasan.so')} ${library('libstdc++.so.6')}`,
    ASAN_OPTIONS: 'exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1',
    LSAN_OPTIONS: `exitcode=99:print_suppressions=0:suppressions=${at('test', 'sanitized', 'lsan.supp')}`,
    UBSAN_OPTIONS: 'exitcode=99:print_stacktrace=1',
  };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const node = at('node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const options = ['--expose-gc', '--disable-sigusr1', '--import', at('test', 'sanitized', 'addon.ts')];
  const command = [at('build', 'test-tools', 'confine'), 'env', '-u', 'CONNWATCH_TEST_MADE', ...assignments, node, ...options, at('test', 'sanitized', 'main.ts'), scenario];
  let ended = await run(command);
  // The leak check itself crashes now and then, while a thread ends: it has found nothing then.
  for (let again = 0; again < 2 && ended.stderr.includes(TRACER_CRASH); again++) ended = await run(command);
  // It can write to no file.
  made(ended.stdout.split('\n').filter(Boolean));
  return ended;
}
