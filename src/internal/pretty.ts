// Imported only for pretty logs. Not the package itself: see src/config/yaml.ts.
export { prettyFactory } from 'pino-pretty';
