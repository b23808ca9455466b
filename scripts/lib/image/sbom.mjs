import { at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { npm } from '../setup/npm-packages.mjs';

/**
 * Software bill of materials in CycloneDX's format: Node.js for one architecture, and the npm packages that the program is bundled from, with
 * versions, licences and hashes of the lock file. Shared libraries of the image are not in it; scanners find them by their package data.
 * @param {string} arch Node.js's name
 * @returns {Promise<string>} the same text each time
 * @throws Refusal
 */
export async function billOfMaterials(arch) {
  const { code, stdout, stderr } = await npm(['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'], { cwd: at() });
  if (code === 0) return `${JSON.stringify(settled(JSON.parse(stdout), arch), undefined, 1)}\n`;
  throw new Refusal('the bill of materials could not be made.', { code: 'CW_SETUP_BUILD', why: `npm sbom ended with code ${code}:`, todo: 'fix it, then run the command again.', detail: stderr });
}

/** Without time, random number and version of npm, and without the Node.js of other architectures. */
export function settled(said, arch) {
  const { serialNumber: _random, ...bill } = said;
  const { timestamp: _time, tools: _npm, component, ...metadata } = bill.metadata;
  const name = /^node-linux-/;
  const kept = ({ name: each }) => !name.test(each) || each === `node-linux-${arch}`;
  const gone = new Set(bill.components.filter((each) => !kept(each)).map((each) => each['bom-ref']));
  return {
    ...bill,
    // npm names it after the folder of the checkout.
    metadata: { ...metadata, component: { ...component, type: 'application', name: 'connwatch' } },
    components: bill.components.filter(kept).map((each) => (name.test(each.name) ? { ...each, cpe: `cpe:2.3:a:nodejs:node.js:${each.version}:*:*:*:*:*:*:*` } : each)),
    dependencies: bill.dependencies.filter(({ ref }) => !gone.has(ref)).map((each) => ({ ...each, ...(each.dependsOn && { dependsOn: each.dependsOn.filter((ref) => !gone.has(ref)) }) })),
  };
}
