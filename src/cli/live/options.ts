import type { Command } from 'commander';
import { parseDuration, parseFilter } from '../../config/index.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import { parseTarget, type Question } from '../../live/why/question.ts';
import type { TraceFilter } from '../../live/trace/filter.ts';

/** Flags of a live view, by their names; lists may be given several times, or with commas. */
export type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Adds the flags that select sockets. */
export function addFilterFlags(command: Command): Command {
  const list = (value: string, before: readonly string[] | undefined) => [...(before ?? []), ...value.split(',')];
  return command
    .option('--comm <names>', 'Only processes or executables of these names; * stands for anything.', list)
    .option('--pid <pids>', 'Only these processes (pids of the host).', list)
    .option('--port <ports>', 'Only these ports, or ranges such as 8000-8099: of a client the peer\'s, of a server its own.', list)
    .option('--cidr <ranges>', 'Only if the other side is in one of these ranges, such as 10.0.0.0/8.', list)
    .option('--container <names>', 'Only these containers: a name, or the first 4 or more digits of an id.', list)
    .option('--pod <names>', 'Only these Kubernetes pods.', list)
    .option('--namespace <names>', 'Only pods of these Kubernetes namespaces.', list);
}

/** @throws ConnwatchError CW_CONFIG */
export function filterOf(given: Given): TraceFilter {
  const list = (name: string) => given[name] as readonly string[] | undefined;
  return {
    ...(given['failed'] === true && { failed: true }),
    ...given_('comm'),
    ...(list('pid') && { pid: list('pid')!.map((text) => value('--pid', text, parsePid)) }),
    ...(list('port') && { port: list('port')!.flatMap((text) => value('--port', text, () => parseFilter(`port=${text}`).port ?? [])) }),
    ...(list('cidr') && { cidr: list('cidr')!.flatMap((text) => value('--cidr', text, () => parseFilter(`cidr=${text}`).cidr ?? [])) }),
    ...given_('container'),
    ...given_('pod'),
    ...given_('namespace'),
  };

  function given_(name: 'comm' | 'container' | 'pod' | 'namespace'): Partial<TraceFilter> {
    return list(name) === undefined ? {} : { [name]: list(name)!.map((text) => value(`--${name}`, text, notEmpty)) };
  }
}

/** Milliseconds. @throws ConnwatchError CW_CONFIG */
export function durationOf(given: Given, name: string): number | undefined {
  const text = given[name];
  return typeof text === 'string' ? value(`--${name}`, text, (one) => short(positive(parseDuration(one)))) : undefined;
}

/** @throws ConnwatchError CW_CONFIG */
export function countOf(given: Given, name: string): number | undefined {
  const text = given[name];
  return typeof text === 'string' ? value(`--${name}`, text, (one) => positive(parseNumber(one))) : undefined;
}

/** Of `connwatch why`. @throws ConnwatchError CW_CONFIG */
export function questionOf(peer: string | undefined, given: Given): Question {
  const pid = given['pid'];
  const hint = "Run 'connwatch why --help' for examples.";
  if (peer === undefined && typeof pid !== 'string') throw new ConnwatchError('give a peer such as db.example.com:5432, or a process with --pid.', { code: 'CW_CONFIG', hint });
  return {
    target: peer === undefined ? undefined : value('peer', peer, parseTarget),
    pid: typeof pid === 'string' ? value('--pid', pid, parsePid) : undefined,
  };
}

function parsePid(text: string): number {
  return positive(parseNumber(text));
}

function parseNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Invalid('it is not a whole number');
  return Number(text);
}

function positive(number: number): number {
  if (number <= 0) throw new Invalid('it is not above 0');
  return number;
}

/** A timer of Node.js has 31 bits; a longer one ends at once. */
function short(milliseconds: number): number {
  if (milliseconds > 2 ** 31 - 1) throw new Invalid('it is longer than 24 days');
  return milliseconds;
}

function notEmpty(text: string): string {
  if (text === '') throw new Invalid('it is empty');
  return text;
}

function value<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(notEmpty(text));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    throw new ConnwatchError(`invalid value '${text}' for ${flag}: ${error.message}.`, { code: 'CW_CONFIG', hint: "Run the command with --help for its flags." });
  }
}
