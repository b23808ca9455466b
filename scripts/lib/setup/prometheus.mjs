import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../paths.mjs';
import { unpackPackage } from './unpacked.mjs';

const prometheusFolder = at('.cache', 'prometheus');

/** Prometheus for the tests. */
export const prometheusMissing = () =>
  !['prometheus', 'promtool'].every((name) => existsSync(join(prometheusFolder, 'usr', 'bin', name)));

/** @returns {Promise<string | undefined>} why it is missing */
export const fetchPrometheus = () => unpackPackage('prometheus', prometheusFolder);
