import type { JsonSchema } from '../kinds.ts';
import { plain } from '../print.ts';
import { ENTRIES, type Setting, defaultText } from '../table.ts';

/*
 * The part of the Helm chart that is generated from the table of settings: `config:`
 * in its values, with comments, and its part of values.schema.json.
 */

// A secret must not be in a ConfigMap.
const SHOWN = ENTRIES.map(([, setting]): Setting<unknown> => setting).filter((setting) => !setting.secret && !setting.notInFile);

/** A pod's log is not a terminal. */
const IN_A_POD = { terminal: false };

/** The chart derives ports from these. */
const REQUIRED = ['metrics-addr', 'health-addr'];

export interface ChartSetting {
  readonly name: string;
  readonly description: string;
  /** Allowed values and default, in words. */
  readonly note: string;
  /** undefined: no default. */
  readonly text: string | number | boolean | undefined;
  readonly example: string | number | boolean;
}

export function chartSettings(): ChartSetting[] {
  return SHOWN.map((setting) => {
    const text = defaultText(setting, IN_A_POD);
    return {
      name: setting.name,
      description: setting.description,
      note: about(setting),
      text: text === undefined ? undefined : plain(text),
      example: plain(setting.example),
    };
  });
}

/** The lines below `config:`. A setting without a default is a comment. */
export function chartValues(): string {
  const entries = chartSettings().map(({ name, description, note, text, example }) => {
    const line = `${name}: ${JSON.stringify(text ?? example)}`;
    const comment = wrap(`${description} ${note}`).map((one) => `# ${one}`);
    return [...comment, text === undefined ? `# ${line}` : line].map((one) => `  ${one}\n`).join('');
  });
  return entries.join('\n');
}

function about(setting: Setting<unknown>): string {
  // The chart does not allow port 0.
  const allowed = setting.kind.allowed.replace('; port 0 takes a free port', '');
  const fallback = defaultText(setting, IN_A_POD) === undefined ? ` Default: ${setting.defaultNote}.` : '';
  return `Value: ${allowed}.${quotes(setting)}${fallback}`.replaceAll('`', '');
}

/** Helm reads YAML 1.1, in which these words are booleans. */
function quotes({ kind }: Setting<unknown>): string {
  const words = (kind.json['enum'] as string[] | undefined)?.filter((word) => /^(y|yes|n|no|on|off)$/.test(word)) ?? [];
  return words.map((word) => ` Write "${word}" in quotes.`).join('');
}

/** JSON Schema of `config`. */
export function chartSchema(): JsonSchema {
  const properties = SHOWN.map((setting) => [setting.name, { description: setting.description, ...setting.kind.json }]);
  return {
    description: "connwatch's settings: each key is a flag without its dashes.",
    type: 'object',
    additionalProperties: false,
    required: REQUIRED,
    properties: Object.fromEntries(properties),
  };
}

const BEGIN = '  # From src/config/table.ts, to the line `End`. Do not edit.\n\n';
const END = '\n  # End.\n';

/** values.yaml with a new `config:`. */
export function withChartValues(yaml: string): string {
  const [before, rest] = yaml.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`values.yaml has not the two lines\n${BEGIN}${END}`);
  return [before, BEGIN, chartValues(), END, after].join('');
}

/** values.schema.json with a new `config`. */
export function withChartSchema(json: string): string {
  const schema = JSON.parse(json) as { properties: Record<string, JsonSchema> };
  schema.properties['config'] = chartSchema();
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const WIDTH = 116;

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
