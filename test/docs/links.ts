import GithubSlugger from 'github-slugger';

export interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
}

/** Links to files and anchors of this repository: no web addresses, nothing inside of code. */
export function relativeLinks(markdown: string): Link[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => ({ path: target.split('#')[0]!, anchor: target.split('#')[1] }));
}

/** The anchors that GitHub gives to the headings. */
export function anchors(markdown: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = withoutFences(markdown).matchAll(/^#{1,6} +(.+?) *$/gm);
  return new Set([...headings].map(([, heading]) => slugger.slug(heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))));
}

/** Files and folders of the checkout that are named in code: `src/x.ts`. Patterns and what a build makes are left out. */
export function namedPaths(markdown: string): string[] {
  const paths = withoutFences(markdown).matchAll(/`((?:bench|bpf|charts|docs|native|scripts|src|test|otel-collector)\/[\w./-]*)`/g);
  return [...paths].map(([, path]) => path!);
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/`[^`\n]*`/g, 'code');
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^ *(```|~~~)[^\n]*\n[\s\S]*?^ *\1/gm, '');
}
