import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Absolute path of something in the checkout. */
export const at = (...parts) => join(root, ...parts);

/** Path as a reader of the checkout knows it. */
export const shown = (path) => relative(root, path) || '.';

/** Node.js 24, which the agent and the tests run on: an npm package, so the host may have an older one. */
export const agentNode = at('node_modules', `node-linux-${process.arch}`, 'bin', 'node');
