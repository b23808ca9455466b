import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../paths.mjs';
import { unpackPackage } from './unpacked.mjs';

const parserFolder = at('.cache', 'openmetrics-parser');

/** The reference parser of OpenMetrics (Python's prometheus_client) for the tests. */
export const parserMissing = () => !existsSync(join(parserFolder, 'usr', 'lib', 'python3', 'dist-packages', 'prometheus_client', 'openmetrics'));

/** @returns {Promise<string | undefined>} why it is missing */
export const fetchParser = () => unpackPackage('python3-prometheus-client', parserFolder);
