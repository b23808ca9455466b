import { promisify } from 'node:util';
import zlib from 'node:zlib';

/** A content coding of Accept-Encoding. */
export type Coding = 'zstd' | 'gzip';

type Compress = (body: Buffer) => Promise<Buffer>;

// Use the fastest levels: a local network is fast, and CPU time belongs to the observed workloads.
const gzip = promisify(zlib.gzip);
const COMPRESS: Partial<Record<Coding, Compress>> = {
  ...zstd(),
  gzip: (body) => gzip(body, { level: zlib.constants.Z_BEST_SPEED }),
};

/** Codings of this Node.js, best first. zstd needs 22.15 or 23.8. */
export const CODINGS = Object.keys(COMPRESS) as Coding[];

function zstd(): Partial<Record<Coding, Compress>> {
  // The types say that it always exists, but an older Node.js does not have it.
  if ((zlib.zstdCompress as unknown) === undefined) return {};
  const compress = promisify(zlib.zstdCompress);
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
  return { zstd: (body) => compress(body, { params }) };
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
    if (coded === undefined) this.#coded.set(coding, (coded = COMPRESS[coding]!(Buffer.concat(this.plain)).then((bytes) => [bytes])));
    return coded;
  }
}
