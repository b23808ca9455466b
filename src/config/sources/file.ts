import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';
import { readRegularFile } from '../../internal/files/regular-file.ts';
import { SETTINGS, type Setting, type SettingKey } from '../table.ts';
import { type Given, type Source, keyByName, suggestKey } from './source.ts';

/** Much larger than any real file, and small enough to be harmless. */
export const MAX_FILE_SIZE = 64 * 1024;

/** @throws (rejects) ConnwatchError CW_CONFIG_FILE when the file cannot be read or is not YAML. */
export async function readFileSource(path: string): Promise<Source> {
  return await parseFile(readText(path), path);
}

function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readRegularFile(path, MAX_FILE_SIZE));
  } catch (error) {
    throw fileError(path, reason(error), error);
  }
}

function reason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'the file does not exist';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text';
    default:
      return oneLine(error);
  }
}

/** Our words for errors that the library describes for programmers. */
const REASONS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second YAML document starts here; remove the line --- to have only one',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
};

function fileError(path: string, why: string, cause?: unknown): ConnwatchError {
  return new ConnwatchError(`cannot use the file ${path} (--config): ${why}.`, {
    code: 'CW_CONFIG_FILE',
    hint: 'The file is YAML with one setting per line, such as: interval: 1s',
    cause,
  });
}

function fromFile(key: SettingKey): ((value: unknown) => string) | undefined {
  return (SETTINGS[key] as Setting<unknown>).kind.fromFile;
}

/**
 * A mapping of names to single values, or to maps where a setting is one. Values are used as text, so `interval: 5s` and
 * `series-limit: 2000` mean the same as the flags.
 */
export async function parseFile(text: string, path: string): Promise<Source> {
  // Loaded here, because most runs have no file.
  const { LineCounter, isMap, isScalar, parseDocument } = await import('./yaml.ts');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const line = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const [error] = document.errors;
  if (error !== undefined) throw fileError(path, `line ${line(error.pos[0])}: ${REASONS[error.code] ?? oneLine(error)}`, error);

  const given = new Map<SettingKey, Given>();
  const problems: string[] = [];
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { given, problems };
  if (!isMap(root)) throw fileError(path, 'it is not a mapping of settings to values');
  const takeMap = (key: SettingKey, value: unknown, label: string): void => {
    try {
      given.set(key, { source: 'file', text: fromFile(key)!(value), label });
    } catch (error) {
      problems.push(`invalid value for ${label}: ${oneLine(error)}`);
    }
  };
  for (const { key: node, value } of root.items) {
    const name = isScalar(node) ? String(node.value) : '(not a name)';
    const label = `${name} (${path} line ${line(isScalar(node) ? node.range?.[0] : 0)})`;
    const key = keyByName(name);
    if (key === undefined) problems.push(`unknown key ${label}${suggestKey(name)}`);
    else if ((SETTINGS[key] as Setting<unknown>).notInFile) problems.push(`the key ${label} is allowed as a flag or variable only`);
    else if (isMap(value) && fromFile(key) !== undefined) takeMap(key, value.toJSON(), label);
    else if (!isScalar(value)) problems.push(`the key ${label} must have a single value`);
    else if (value.value === null) problems.push(`the key ${label} has no value`);
    else given.set(key, { source: 'file', text: value.source ?? JSON.stringify(value.value), label });
  }
  return { given, problems };
}
