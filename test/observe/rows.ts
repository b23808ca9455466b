import type { Scene } from './scene.ts';

/** The answer to a query: values by the label values, in the alphabetical order of the labels. */
export type Rows = Readonly<Record<string, number>>;

// Of Prometheus itself.
const OWN = new Set(['__name__', 'instance', 'job']);

/** Answers of Prometheus as rows. Values are rounded, because the order of an addition changes the last digits. */
export function rowsOf(found: readonly { labels: Readonly<Record<string, string>>; value: number }[]): Rows {
  return Object.fromEntries(
    found.map(({ labels, value }) => [
      Object.entries(labels)
        .filter(([label]) => !OWN.has(label))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, text]) => text)
        .join(' '),
      rounded(value),
    ]),
  );
}

export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** What a gauge has in the end more than at `Scene.between`, by the labels `by`. Rows of 0 and less are left out. */
export async function grown({ prometheus, between, end }: Scene, selector: string, by: readonly string[]): Promise<Rows> {
  const sums: Record<string, number> = {};
  const add = async (time: number, sign: number) => {
    for (const { labels, value } of await prometheus.query(selector, time)) {
      const key = by.flatMap((label) => labels[label] ?? []).join(' ');
      sums[key] = (sums[key] ?? 0) + sign * value;
    }
  };
  await add(end, 1);
  const now = new Set(Object.keys(sums));
  await add(between, -1);
  return Object.fromEntries(Object.entries(sums).filter(([key, value]) => now.has(key) && value > 0));
}
