import { LOG_FORMATS, LOG_LEVELS } from '../../internal/log/levels.ts';
import { choice, path } from '../kinds.ts';
import { type Context, setting } from '../setting.ts';

/** Logs, and the file of settings. */
export const OUTPUT = {
  logLevel: setting({
    name: 'log-level',
    group: 'Logging',
    kind: choice('<level>', LOG_LEVELS),
    default: 'info',
    description: 'Lowest severity that is logged: trace, debug, info, warn, error or fatal. At debug and trace, errors have stack traces.',
    example: 'debug',
    live: true,
  }),
  logFormat: setting({
    name: 'log-format',
    group: 'Logging',
    kind: choice('<format>', LOG_FORMATS),
    default: ({ terminal }: Context) => (terminal ? 'pretty' : 'json'),
    defaultNote: 'pretty on a terminal, else json',
    description: 'Format of log lines: json (one object per line) or pretty (for people). They go to standard error.',
    example: 'json',
  }),
  config: setting({
    name: 'config',
    group: 'General',
    kind: path(),
    default: undefined,
    defaultNote: 'none',
    description: 'YAML file with settings. Each key is a flag without its dashes.',
    example: '/etc/connwatch/config.yaml',
    notInFile: true,
  }),
} as const;
