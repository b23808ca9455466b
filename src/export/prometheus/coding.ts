import { promisify } from 'node:util';
import zlib from 'node:zlib';

/** A content coding that Accept-Encoding can ask for. */
export type Coding = 'zstd' | 'gzip';

type Compress = (body: Buffer) => Promise<Buffer>;

// A scrape goes over a local network: the fastest level leaves the CPU to the work that is watched.
const gzip = promisify(zlib.gzip);
const COMPRESS: Partial<Record<Coding, Compress>> = {
  ...zstd(),
  gzip: (body) => gzip(body, { level: zlib.constants.Z_BEST_SPEED }),
};

/** What this Node.js can do, the best first: zstd came with 22.15 and 23.8. */
export const CODINGS = Object.keys(COMPRESS) as Coding[];

function zstd(): Partial<Record<Coding, Compress>> {
  // Typed as always there; an older Node.js does not have it.
  if ((zlib.zstdCompress as unknown) === undefined) return {};
  const compress = promisify(zlib.zstdCompress);
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
  return { zstd: (body) => compress(body, { params }) };
}

/** A body that is compressed once for each coding, however many ask for it. */
export class Body {
  readonly plain: Buffer;
  readonly #coded = new Map<Coding, Promise<Buffer>>();

  constructor(plain: Buffer) {
    this.plain = plain;
  }

  in(coding: Coding | 'identity'): Promise<Buffer> | Buffer {
    if (coding === 'identity') return this.plain;
    let coded = this.#coded.get(coding);
    if (coded === undefined) this.#coded.set(coding, (coded = COMPRESS[coding]!(this.plain)));
    return coded;
  }
}
