import { Namespace } from '../harness/kernel/namespace.ts';
import { must } from '../harness/run.ts';

/** Ports of a lossy namespace. Each loses the first packets of one kind. */
export const PORTS = { lostSyn: 5001, lostAnswer: 5002, lostData: 5003 } as const;

export interface Losses {
  readonly syns: number;
  readonly answers: number;
  readonly segments: number;
}

/** A limit of nftables with a burst matches the first packets, and after that one a day. */
const first = (count: number) => `limit rate 1/day burst ${count} packets drop`;

/** A namespace that drops the first SYNs, SYN-ACKs and data segments to or from a port each. */
export async function lossyNamespace({ syns, answers, segments }: Losses): Promise<Namespace> {
  const namespace = await Namespace.create();
  await must(
    namespace.command('nft', '-f', '-'),
    `table inet losses {
      chain input {
        type filter hook input priority 1
        tcp dport ${PORTS.lostSyn} tcp flags & (syn | ack) == syn ${first(syns)}
        tcp sport ${PORTS.lostAnswer} tcp flags & (syn | ack) == syn | ack ${first(answers)}
        tcp dport ${PORTS.lostData} meta length > 500 ${first(segments)}
      }
    }
    `,
  );
  return namespace;
}
