import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';

/** A content coding of Accept-Encoding. */
export type Coding = 'zstd' | 'gzip';

// Use the fastest levels: a local network is fast, and CPU time belongs to the observed workloads.
const COMPRESS: Partial<Record<Coding, () => NodeJS.ReadWriteStream>> = {
  ...zstd(),
  gzip: () => zlib.createGzip({ level: zlib.constants.Z_BEST_SPEED }),
};

/** Codings of this Node.js, best first. zstd needs 22.15 or 23.8. */
export const CODINGS = Object.keys(COMPRESS) as Coding[];

function zstd(): typeof COMPRESS {
  // The types say that it always exists, but an older Node.js does not have it.
  if ((zlib.createZstdCompress as unknown) === undefined) return {};
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
  return { zstd: () => zlib.createZstdCompress({ params }) };
}

/** As a stream: a copy of all parts in one buffer would block the event loop longer than all else. */
async function compress(parts: readonly Buffer[], coding: Coding): Promise<readonly Buffer[]> {
  const compressed: Buffer[] = [];
  await pipeline(Readable.from(parts), COMPRESS[coding]!(), async (chunks) => {
    for await (const chunk of chunks) compressed.push(chunk as Buffer);
  });
  return compressed;
}

/** A body in parts, which other bodies may have too. Compresses it at most once for each coding. */
export class Body {
  readonly plain: readonly Buffer[];
  readonly #coded = new Map<Coding, Promise<readonly Buffer[]>>();

  constructor(plain: readonly Buffer[]) {
    this.plain = plain;
  }

  in(coding: Coding | 'identity'): Promise<readonly Buffer[]> | readonly Buffer[] {
    if (coding === 'identity') return this.plain;
    let coded = this.#coded.get(coding);
    if (coded === undefined) this.#coded.set(coding, (coded = compress(this.plain, coding)));
    return coded;
  }
}
