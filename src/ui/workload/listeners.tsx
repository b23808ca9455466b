import type { Listener } from '../../feed/frame.ts';
import { hashOf } from '../route.ts';
import { Scroll } from '../table/scroll.tsx';

/** A listener with the program that it is of, where there are several. */
export interface Listening {
  readonly listener: Listener;
  readonly program?: { readonly key: string; readonly name: string };
}

const TITLES = ['Port', 'Accepted', 'Queue', 'Limit', 'In use', 'Overflows', 'Other drops'];

/** Ports that programs listen on: the accept queue against its limit. */
export function Listeners({ rows }: { readonly rows: readonly Listening[] }) {
  const titles = rows.some(({ program }) => program !== undefined) ? ['Program', ...TITLES] : TITLES;
  return (
    <Scroll label="Listeners">
      <table>
        <caption>Listeners</caption>
        <thead>
          <tr>{titles.map((title) => <th scope="col" key={title}>{title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(({ program, listener: { port, accepts, queue, limit, overflows, drops } }) => (
            <tr key={`${program?.key} ${port}`} class={overflows > 0 ? 'trouble' : undefined}>
              {program !== undefined && <th scope="row" class="text"><a href={hashOf(program.key)}>{program.name}</a></th>}
              <th scope="row">{port}</th>
              <td>{accepts}</td>
              <td>{queue ?? 'closed'}</td>
              <td>{limit ?? ''}</td>
              <td>{queue !== undefined && limit !== undefined && <meter min={0} max={Math.max(1, limit)} high={0.8 * limit} optimum={0} value={queue}>{queue} of {limit}</meter>}</td>
              <td>{overflows}</td>
              <td>{drops}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
