import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type Simulation, type SimulationLinkDatum, type SimulationNodeDatum } from 'd3-force';
import type { Row } from '../model.ts';

export interface Node extends SimulationNodeDatum {
  readonly id: string;
  readonly label: string;
  readonly kind: 'workload' | 'peer';
  /** Key of the workload. */
  readonly key: string;
  /** Per second, of all its edges. */
  rate: number;
  /** The worst of its edges. */
  trouble: number;
}

export interface Link extends SimulationLinkDatum<Node> {
  readonly source: Node;
  readonly target: Node;
  row: Row;
}

/** The nodes and links of the last frame. They keep their places from frame to frame. */
export class Graph {
  readonly simulation: Simulation<Node, Link>;
  nodes: Node[] = [];
  links: Link[] = [];
  #byId = new Map<string, Node>();

  constructor() {
    this.simulation = forceSimulation<Node, Link>([])
      .force('charge', forceManyBody<Node>().strength(-140).distanceMax(400))
      .force('collide', forceCollide<Node>(20))
      // Programs on the left, peers on the right.
      .force('x', forceX<Node>((node) => (node.kind === 'workload' ? -220 : 220)).strength(0.9))
      .force('y', forceY<Node>(0).strength(0.04))
      .stop();
  }

  /** @returns whether nodes or links have come or gone, so that the places must be found anew */
  update(rows: readonly Row[]): boolean {
    const nodes = new Map<string, Node>();
    const node = (kind: Node['kind'], label: string, key: string): Node => {
      const id = `${kind} ${kind === 'workload' ? key : label}`;
      let found = nodes.get(id);
      if (found === undefined) {
        found = this.#byId.get(id) ?? { id, label, kind, key, rate: 0, trouble: 0 };
        found.rate = 0;
        found.trouble = 0;
        nodes.set(id, found);
      }
      return found;
    };
    const before = new Set(this.links.map(({ row }) => row.key));
    this.links = rows.map((row) => {
      const [source, target] = [node('workload', row.workload, row.workloadKey), node('peer', row.peer, row.workloadKey)];
      for (const end of [source, target]) {
        end.rate += row.rate;
        end.trouble = Math.max(end.trouble, row.trouble);
      }
      return { source, target, row };
    });
    const changed = before.size !== this.links.length || this.links.some(({ row }) => !before.has(row.key));
    this.nodes = [...nodes.values()];
    this.#byId = nodes;
    if (changed) {
      this.simulation.nodes(this.nodes);
      this.simulation.force('link', forceLink<Node, Link>(this.links).distance(440).strength(0.03));
      // A few new ones do not shake the others.
      this.simulation.alpha(before.size === 0 ? 1 : 0.3);
    }
    return changed;
  }
}
