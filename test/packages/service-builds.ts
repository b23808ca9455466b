import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServicePackages } from '../../scripts/lib/test/packages.mjs';

/** One .deb and one .rpm. */
export interface Built {
  readonly deb: string;
  readonly rpm: string;
}

/** Debian's name. */
const OWN = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Packages of the service, built for this machine. To be disposed of. */
export class ServiceBuilds implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-service-'));
  #count = 0;

  /** Builds a release of the checkout's version, with this umask. */
  async make(release: number, umask = 0o022): Promise<Built> {
    const into = join(this.#folder, `${this.#count++}`);
    mkdirSync(into);
    const before = process.umask(umask);
    try {
      const [deb = '', rpm = ''] = await makeServicePackages([OWN], { release, into });
      return { deb, rpm };
    } finally {
      process.umask(before);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
