import { ConnwatchError } from '../../internal/errors.ts';
import { attributesOf, FAMILIES, type FamilyName, type KeptAttributes, PORT_OF_SERVERS, tellsOwners } from '../../words/families.ts';

/** Which attributes of a key the series of a metric have. Metrics with the same ones have the same shape. */
export interface Shape {
  /** Dense, from 0. */
  readonly index: number;
  /** Of the workload. */
  readonly workload: ReadonlySet<string>;
  /** It tells the owners of pods apart. */
  readonly owners: boolean;
  readonly role: boolean;
  readonly address: boolean;
  /** Of a server. */
  readonly serverPort: boolean;
  readonly clientPort: boolean;
  /** Of a server. */
  readonly clientAddress: boolean;
}

const OF_A_SIDE = ['role', 'server.address', 'server.port', 'client.address'];

/** Metrics with their shapes, from the settings. */
export class Shapes {
  readonly #kept = new Map<FamilyName, ReadonlySet<string>>();
  readonly #shapes = new Map<string, Shape>();
  readonly #of = new Map<FamilyName, Shape>();
  readonly #pods: boolean;

  /**
   * @param pods whether anything names containers; without, no metric needs a shape of its own for the names of pods
   * @throws ConnwatchError CW_USAGE for a metric or an attribute that does not exist
   */
  constructor(kept: KeptAttributes, pods = true) {
    check(kept);
    this.#pods = pods;
    for (const family of Object.keys(FAMILIES) as FamilyName[]) {
      const names = kept[family] ?? FAMILIES[family];
      if (names === 'off') continue;
      this.#kept.set(family, new Set(names));
      this.#of.set(family, this.#shape(family, new Set(names)));
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#shapes.size;
  }

  /** undefined: the metric is off. */
  of(family: FamilyName): Shape | undefined {
    return this.#of.get(family);
  }

  /** Those of these attributes that the metric keeps. */
  pick(family: FamilyName, attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const kept = this.#kept.get(family);
    return Object.fromEntries(Object.entries(attributes).filter(([name]) => kept?.has(name)));
  }

  keeps(family: FamilyName, attribute: string): boolean {
    return this.#kept.get(family)?.has(attribute) ?? false;
  }

  /** These metrics by shape, without those that are off. */
  group<F extends FamilyName>(families: readonly F[]): Map<Shape, F[]> {
    const groups = new Map<Shape, F[]>();
    for (const family of families) {
      const shape = this.of(family);
      if (shape !== undefined) groups.set(shape, [...(groups.get(shape) ?? []), family]);
    }
    return groups;
  }

  #shape(family: FamilyName, names: ReadonlySet<string>): Shape {
    const [role, address, serverPort, clientAddress] = OF_A_SIDE.map((name) => names.has(name)) as [boolean, boolean, boolean, boolean];
    const clientPort = serverPort && (address || !PORT_OF_SERVERS.has(family));
    const workload = [...names].filter((name) => !OF_A_SIDE.includes(name) && !OF_AN_EVENT.has(name) && (this.#pods || !/^(?:k8s|container)\./.test(name))).sort();
    const id = [...workload, role, address, serverPort, clientPort, clientAddress].join(' ');
    let shape = this.#shapes.get(id);
    if (shape === undefined) {
      shape = { index: this.#shapes.size, workload: new Set(workload), owners: tellsOwners(names), role, address, serverPort, clientPort, clientAddress };
      this.#shapes.set(id, shape);
    }
    return shape;
  }
}

/** What happened, not to whom. */
const OF_AN_EVENT: ReadonlySet<string> = new Set(['pid', 'comm', 'outcome', 'error.type', 'network.connection.state', 'network.io.direction', 'type']);

function check(kept: KeptAttributes): void {
  for (const [family, names] of Object.entries(kept)) {
    if (!Object.hasOwn(FAMILIES, family)) throw new ConnwatchError(`there is no metric ${family}`, { code: 'CW_USAGE' });
    const known = attributesOf(family as FamilyName);
    const wrong = names === 'off' ? undefined : names.find((name) => !known.includes(name));
    if (wrong !== undefined) throw new ConnwatchError(`${family} has no attribute ${wrong}`, { code: 'CW_USAGE' });
  }
}
