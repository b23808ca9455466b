import type { Listener } from '../../feed/frame.ts';

/** Ports that a program listens on: the accept queue against its limit. */
export function Listeners({ listeners }: { readonly listeners: readonly Listener[] }) {
  return (
    <table>
      <caption>Listeners</caption>
      <thead>
        <tr>{['Port', 'Accepted', 'Queue', 'Limit', 'In use', 'Overflows', 'Other drops'].map((title) => <th scope="col">{title}</th>)}</tr>
      </thead>
      <tbody>
        {listeners.map(({ port, accepts, queue, limit, overflows, drops }) => (
          <tr key={port} class={overflows > 0 ? 'trouble' : undefined}>
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
  );
}
