export { addFlags, readFlags } from './flags.ts';
export { loadSettings, type LoadOptions } from './load.ts';
export { nearest } from './nearest.ts';
export { isSdkDisabled, otlpSettings, type OtlpSettings } from './otlp.ts';
export { printSettings } from './print.ts';
export { changes, type Changes } from './reload.ts';
export { resolve, type Origins, type Resolution } from './resolve.ts';
export { suggestFlag, type Given, type Source, type SourceName } from './source.ts';
export { SETTINGS, type Context, type SettingKey, type Settings } from './table.ts';
