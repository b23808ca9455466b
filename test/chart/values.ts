import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, type Pair, isMap, isScalar, parseDocument } from 'yaml';
import { chart } from './helm.ts';

/** A value of values.yaml that has no values below it. */
export interface Value {
  /** `probes.liveness.periodSeconds` */
  readonly path: string;
  /** The default, as JSON. */
  readonly fallback: string;
}

export interface Commented extends Value {
  /** The comment above its line, in one line; empty when there is none. */
  readonly comment: string;
  readonly isGroup: boolean;
}

export const valuesFile = readFileSync(join(chart, 'values.yaml'), 'utf8');

/** Every key of a values file in order, groups before what is in them. */
export function valuesOf(text: string): Commented[] {
  const lines = text.split('\n');
  const found: Commented[] = [];
  const walk = (pairs: readonly Pair[], above: string) => {
    for (const { key, value } of pairs as Pair<Node, Node | null>[]) {
      if (!isScalar(key)) throw new Error('a key that is no text');
      const path = `${above}${String(key.value)}`;
      const row = text.slice(0, key.range![0]).split('\n').length - 1;
      // {} and what is written in one line are values; what is written in lines is a group of them.
      const isGroup = isMap(value) && value.flow !== true;
      const fallback = JSON.stringify(value?.toJSON() ?? null);
      found.push({ path, fallback, comment: commentAbove(lines, row), isGroup });
      if (isGroup) walk(value.items, `${path}.`);
    }
  };
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new Error('no values');
  walk(contents.items, '');
  return found;
}

function commentAbove(lines: readonly string[], row: number): string {
  const indent = /^ */.exec(lines[row]!)![0];
  const comment: string[] = [];
  for (let i = row - 1; lines[i]?.startsWith(`${indent}# `); i--) comment.unshift(lines[i]!.slice(indent.length + 2));
  return comment.join(' ');
}
