import type { IncomingMessage } from 'node:http';
import { oneLine } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import type { LiveSource, Stream } from '../source.ts';
import { parseTraceFilter } from '../trace/query.ts';
import { MOST_WAITING } from './protocol.ts';
import { fail, type Route, type Routes } from './socket.ts';

/** What the agent answers on its socket. */
export function routesOf(source: LiveSource): Routes {
  return {
    '/recent': streamed((_, write) => source.recent(write)),
    '/sockets': streamed((_, write) => source.sockets(write)),
    '/windows': streamed((_, write) => source.windows(write)),
    '/trace': streamed((parameters, write) => source.trace(parseTraceFilter(parameters.get('filter') ?? '{}'), write)),
  };
}

type Write = (message: object) => boolean;

/** An endless answer. `open` says with what it ends. */
function streamed(open: (parameters: URLSearchParams, write: Write) => Stream<object>): Route {
  return (request, response, closing) => {
    const write: Write = (message) => {
      if (response.writableLength > MOST_WAITING || response.destroyed) return false;
      response.write(`${JSON.stringify(message)}\n`);
      return true;
    };
    let stream: Stream<object>;
    try {
      stream = open(parametersOf(request), write);
    } catch (error) {
      return fail(response, 400, oneLine(error));
    }
    response.flushHeaders();
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      response.end(`${JSON.stringify(stream.close())}\n`);
    };
    // curl asks by GET, whose request ends at once.
    if (request.method === 'POST') request.on('end', end);
    request.resume();
    response.on('close', () => (ended ? undefined : (ended = true, stream.close())));
    void closing.then(end);
  };
}

/** @throws Invalid for another than `filter`: one that does nothing would show everything. */
function parametersOf(request: IncomingMessage): URLSearchParams {
  const parameters = new URL(request.url ?? '/', 'http://connwatch').searchParams;
  const unknown = [...parameters.keys()].find((name) => name !== 'filter');
  if (unknown === undefined) return parameters;
  throw new Invalid(`there is no parameter '${unknown.slice(0, 40)}', only filter, such as filter={"failed":true}`);
}

