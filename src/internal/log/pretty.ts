// Imported only for pretty logs. Not the package itself: see src/config/sources/yaml.ts.
export { prettyFactory } from 'pino-pretty';
