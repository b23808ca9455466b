import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Absolute path of something in the checkout. */
export const at = (...parts) => join(root, ...parts);

/** Path relative to the checkout, for messages. */
export const shown = (path) => relative(root, path) || '.';

/** Node.js 24 of an npm package. Agent and tests run on it, so the host may have an older version. */
export const agentNode = at('node_modules', `node-linux-${process.arch}`, 'bin', 'node');
