import { createHash } from 'node:crypto';
import { Cgroup, hierarchies } from '../harness/kernel/cgroup.ts';
import type { Random } from '../harness/random.ts';
import type { Place } from './load.ts';

/** A cgroup as Docker names them, so that what is made in it has a label of its own. To be disposed of. */
export class Container implements Disposable {
  /** For Page.select. */
  readonly label: Readonly<Record<string, string>>;
  readonly #cgroup: Cgroup;

  constructor(random: Random) {
    const id = createHash('sha256').update(random.name('container')).digest('hex');
    this.label = { workload_container_id: id };
    this.#cgroup = new Cgroup(hierarchies()[0], `/docker/${id}`);
  }

  /** Inside it and the other place. */
  in(place: Place): Place {
    return { command: (...command: string[]) => this.#cgroup.command(...place.command(...command)) };
  }

  [Symbol.dispose](): void {
    this.#cgroup.remove();
  }
}
