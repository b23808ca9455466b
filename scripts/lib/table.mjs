/** A Markdown table with aligned columns. @param {string[][]} rows the first is the head */
export function markdownTable([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |\n`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`;
  return `${line(head)}${rule}${rows.map(line).join('')}`;
}
