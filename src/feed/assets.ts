import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What the bundle has for the browser. */
const FILES = {
  '/ui': { name: 'ui.html', type: 'text/html; charset=utf-8' },
  '/ui/app.js': { name: 'ui.js', type: 'text/javascript; charset=utf-8' },
  '/ui/app.css': { name: 'ui.css', type: 'text/css; charset=utf-8' },
} as const;

export type AssetPath = keyof typeof FILES;
export const ASSET_PATHS = Object.keys(FILES) as AssetPath[];

/** Nothing but the page's own files: no inline script or style, no other host, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

// From source the files are where the bundle is.
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../dist/' : './', import.meta.url);

interface Loaded {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

/** Serves the files of the page. They are read once, at the first request. */
export class Assets {
  readonly #loaded = new Map<AssetPath, Promise<Loaded>>();

  async serve(path: AssetPath, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { plain, zipped } = await this.#load(path);
    const compressed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = compressed ? zipped : plain;
    response.writeHead(200, {
      'content-type': FILES[path].type,
      'content-length': body.length,
      ...(compressed && { 'content-encoding': 'gzip' }),
      vary: 'Accept-Encoding',
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #load(path: AssetPath): Promise<Loaded> {
    let loaded = this.#loaded.get(path);
    if (loaded === undefined) {
      loaded = readFile(new URL(FILES[path].name, folder)).then(async (plain) => ({ plain, zipped: await promisify(gzip)(plain) }));
      this.#loaded.set(path, loaded);
      // A file that could not be read is read again.
      loaded.catch(() => this.#loaded.delete(path));
    }
    return loaded;
  }
}
