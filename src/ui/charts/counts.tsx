import { Scroll } from '../table/scroll.tsx';

export interface Props {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Instead of an empty table. */
  readonly none: string;
}

/** Numbers by name, the largest first, with bars. */
export function Counts({ title, counts, none }: Props) {
  const rows = Object.entries(counts).filter(([, value]) => value !== 0).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return <p>{title}: {none}</p>;
  const most = Math.max(...rows.map(([, value]) => value));
  return (
    <Scroll label={title}>
      <table class="counts">
        <caption>{title}</caption>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row" class="text">{name}</th>
              <td>{value}</td>
              <td class="bar" aria-hidden="true"><svg viewBox="0 0 100 8" preserveAspectRatio="none"><rect width={(100 * value) / most} height={8} /></svg></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
