import { chartSettings } from '../../src/config/generated/chart.ts';
import { valuesFile, valuesOf } from './values.ts';

const BEGIN = '<!-- From values.yaml by `npm test -- test/chart -u`. Do not edit below. -->\n';

/** README.md of the chart with its table of values made anew. */
export function withValuesTable(readme: string): string {
  const [before, after] = readme.split(BEGIN);
  if (before === undefined || after === undefined) throw new Error(`README.md has not the line ${BEGIN}`);
  const settings = chartSettings().map(({ name, text, description }) => row(`config.${name}`, JSON.stringify(text) ?? '', description));
  const others = valuesOf(valuesFile)
    .filter(({ path, isGroup }) => !isGroup && !path.startsWith('config.'))
    .map(({ path, fallback, comment }) => row(path, fallback, comment));
  return [before, BEGIN, '\n| value | default | |\n|---|---|---|\n', ...settings, ...others].join('');
}

function row(path: string, fallback: string, comment: string): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return `| \`${path}\` | ${fallback === '' ? '' : `\`${cell(fallback)}\``} | ${cell(comment)} |\n`;
}
