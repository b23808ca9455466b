import { beforeAll, describe, expect, it } from 'vitest';
import { at } from '../harness/paths.ts';
import { must } from '../harness/run.ts';

// native/keys/command.cc without the kernel: test/tools/command.cc, with sanitizers.
const PROGRAM = at('build', 'test-tools', 'command');

beforeAll(async () => {
  const flags = ['-std=c++17', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover', '-I', at()];
  await must(['g++', ...flags, at('test', 'tools', 'command.cc'), at('native', 'keys', 'command.cc'), '-o', PROGRAM]);
});

const line = (exe: string, file: string, args: readonly string[], cut = ''): string => [exe, file, ...args, cut].join('\t');
const named = async (...lines: string[]): Promise<string[]> =>
  (await must([PROGRAM], lines.map((it) => `${it}\n`).join(''))).split('\n').slice(0, -1);

describe('the command of a process', () => {
  it.each<[string, string, string, string[], string]>([
    ['a program by its own name', 'nginx', '/usr/sbin/nginx', ['/usr/sbin/nginx', '-g', 'daemon off;'], ''],
    ['a program that executes itself', 'chrome', '/proc/self/exe', ['/opt/chrome', '--type=zygote'], ''],
    ['a link', 'redis-check-rdb', '/usr/bin/redis-server', ['/usr/bin/redis-server', '*:6379'], 'redis-server'],
    ['one name of a multi-call binary', 'busybox', '/bin/wget', ['wget', 'http://x'], 'wget'],
    ['a script by its path', 'python3.11', '/usr/local/bin/gunicorn', ['/usr/bin/python3', '/usr/local/bin/gunicorn', 'app:app'], 'gunicorn'],
    ['a script with an option in its first line', 'bash', './run.sh', ['/bin/bash', '-eu', './run.sh', 'x'], 'run.sh'],
    ['a script given to its interpreter', 'python3.11', '/usr/bin/python3', ['python3', '-u', '/srv/app.py', '--port', '80'], 'app.py'],
    ['a module', 'python3.11', '/usr/bin/python3', ['python3', '-m', 'http.server', '8000'], 'http.server'],
    ['program text', 'python3.11', '/usr/bin/python3', ['python3', '-c', 'import x'], 'python3'],
    ['node with a preload', 'node', '/usr/bin/node', ['node', '--require', './a.js', 'server.js'], 'server.js'],
    ['an archive of java', 'java', '/usr/bin/java', ['java', '-Xmx1g', '-jar', '/opt/shop.jar', 'x'], 'shop.jar'],
    ['a class of java', 'java', '/usr/bin/java', ['java', '-cp', 'a.jar:b.jar', 'com.example.Main'], 'com.example.Main'],
    ['a shell with program text', 'dash', '/bin/sh', ['sh', '-c', 'curl x'], 'sh'],
    ['program text behind other letters', 'bash', '/bin/bash', ['bash', '-lc', '. ./gh.sh; PASSWORD=hunter2'], ''],
    ['program text by a link', 'bash', '/bin/mysh', ['./mysh', '-ec', '. ./gh.sh; : x/token'], 'mysh'],
    ['program text of python behind other letters', 'python3.11', '/usr/bin/python3', ['python3', '-Ic', "exec(open('/tmp/loopc.py').read())"], 'python3'],
    ['program text of perl', 'perl', '/usr/bin/perl', ['perl', '-MIO::Socket', '-we', 'print 1/2'], ''],
    ['program text of perl behind a module', 'perl', '/usr/bin/perl', ['perl', '-MExporter', 'x.pl'], 'x.pl'],
    ['program text of node', 'node', '/usr/bin/node', ['node', '-pe', '1/2'], ''],
    ['a shell that reads its program', 'bash', '/bin/bash', ['bash', '-s', '--', 'SECRET'], ''],
    ['an interpreter that reads its program', 'python3.11', '/usr/bin/python3', ['python3', '-', 'SECRET'], 'python3'],
    ['options of a shell with values', 'bash', '/bin/bash', ['bash', '--noprofile', '-eo', 'pipefail', './gh.sh'], 'gh.sh'],
    ['options of a shell with a plus', 'bash', '/bin/bash', ['bash', '--posix', '+e', 'scr.sh'], 'scr.sh'],
    ['a module in the same argument', 'python3.11', '/usr/bin/python3', ['python3', '-Imhttp.server'], 'http.server'],
    ['a folder', 'python3.11', '/usr/bin/python3', ['python3', '/srv/pkg/'], 'pkg'],
    ['the folder where it is', 'python3.11', '/usr/bin/python3', ['python3', '.'], ''],
    ['a shell at a terminal', 'bash', '/bin/bash', ['-bash'], ''],
    ['a descriptor', 'runc', '/dev/fd/6', ['runc', 'init'], ''],
  ])('%s', async (_, exe, file, args, expected) => {
    expect(await named(line(exe, file, args))).toEqual([expected]);
  });

  it.each<[string, string, string[], string]>([
    ['a link', 'redis-check-rdb', ['/usr/bin/redis-server', '*:6379'], 'redis-server'],
    ['a script', 'python3.11', ['/usr/bin/python3', '/usr/local/bin/gunicorn'], 'gunicorn'],
    ['a title', 'sshd', ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'], ''],
    ['a title with a colon only', 'postgres', ['postgres:'], ''],
    ['nothing', 'a', [], ''],
    ['its own name', 'a', ['/usr/bin/a'], ''],
  ])('from before the agent, by its arguments alone: %s', async (_, exe, args, expected) => {
    expect(await named(line(exe, '', args))).toEqual([expected]);
  });

  it('what may be behind the arguments that were read is no name, and of a long name the end counts', async () => {
    expect(await named(line('python3.11', '/usr/bin/python3', ['python3', '-W', 'x'.repeat(180)], '/srv/a'))).toEqual(['']);
    expect(await named(line('python3.11', '/usr/bin/python3', ['python3'], '/srv/a'))).toEqual(['python3']);
    expect(await named(line('a', `/x/${'n'.repeat(60)}`, []), line('b', `${'m'.repeat(30)}${'n'.repeat(63)}`, []))).toEqual(['n'.repeat(60), 'n'.repeat(63)]);
    expect(await named(line('n'.repeat(80), 'n'.repeat(63), []))).toEqual(['']);
  });
});
