import type { Format, Naming } from './format.ts';
import { escapeValue } from './labels.ts';
import { leText } from './numbers.ts';

/**
 * OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/. The name of a counter or
 * info metric lacks the suffix of its samples, and must end with the unit.
 */
export const OPENMETRICS: Format = {
  type: 'application/openmetrics-text',
  version: '1.0.0',
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  header(naming) {
    const { unit, help } = naming;
    const [family, type] = familyOf(naming);
    const unitLine = unit !== undefined && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
    // In this format, unlike the older one, a help text escapes quotes too.
    return `# TYPE ${family} ${type}\n${unitLine}${help === '' ? '' : `# HELP ${family} ${escapeValue(help)}\n`}`;
  },
  le(bound) {
    const text = leText(bound);
    return /^\d+$/.test(text) ? `${text}.0` : text;
  },
  created: (naming) => (naming.type === 'gauge' ? undefined : `${familyOf(naming)[0]}_created`),
  end: '# EOF\n',
};

function familyOf({ sample, type }: Naming): [name: string, type: string] {
  if (type === 'counter') return [sample.replace(/_total$/, ''), type];
  // Info metrics: gauges that are always 1, whose labels have the content.
  if (type === 'gauge' && sample.endsWith('_info')) return [sample.replace(/_info$/, ''), 'info'];
  return [sample, type];
}
