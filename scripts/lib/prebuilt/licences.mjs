import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../paths.mjs';

const own = [
  ['connwatch', ['LICENSE'], at()],
  ['the kernel programs of connwatch', ['LICENSE.md', 'LICENSE.BSD-2-Clause', 'LICENSE.GPL-2.0-only'], at('bpf')],
];

/** Texts of the licences of everything that is in the addon. @param {Record<string, string>} sources folders of the libraries */
export function prebuiltLicences({ libbpf, elfutils, zlib }) {
  const parts = [
    ...own,
    [`libbpf (${basename(libbpf)})`, readdirSync(libbpf).filter((name) => /^LICENSE/.test(name)).sort(), libbpf],
    [`libelf (${basename(elfutils)})`, ['COPYING-LGPLV3', 'COPYING-GPLV2', 'COPYING'], elfutils],
    [`zlib (${basename(zlib)})`, ['README'], zlib],
  ];
  const note = `The addon contains these libraries, and the C++ library of LLVM (Apache-2.0 WITH LLVM-exception). It can be linked again with
changed libraries: \`npm run package:npm\` in a checkout of connwatch does it.
`;
  return [note, ...parts.map(([name, files, folder]) => `${'='.repeat(80)}\n${name}\n${files.map((file) => `\n${readFileSync(join(folder, file), 'utf8').trimEnd()}\n`).join('')}`)].join('\n');
}
