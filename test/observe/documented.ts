/** The queries of docs/queries.md by the headings above them. @throws Error on a heading with two queries */
export function documentedQueries(markdown: string): Map<string, string> {
  const queries = new Map<string, string>();
  let heading = '';
  for (const [, title, query] of markdown.matchAll(/^#{2,3} (.+)$|^```promql\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else if (queries.has(heading)) throw new Error(`two queries below "${heading}"`);
    else queries.set(heading, query!);
  }
  return queries;
}
