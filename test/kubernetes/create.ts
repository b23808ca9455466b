// Creates objects, several at a time. The argument is a file with them and with where to.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

interface Given {
  readonly path: string;
  readonly objects: readonly object[];
  readonly url: string;
  readonly token: string;
  readonly ca: string;
}

const { path, objects, url, token, ca } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Given;
const agent = new Agent({ keepAlive: true, maxSockets: 24, ca: readFileSync(ca) });
const authorization = `Bearer ${readFileSync(token, 'utf8').trim()}`;

const create = (object: object): Promise<void> =>
  new Promise((resolve, reject) => {
    request(`${url}${path}`, { method: 'POST', agent, headers: { authorization, 'content-type': 'application/json' } }, (response) => {
      response.resume();
      if (response.statusCode === 201) response.on('end', resolve);
      else reject(new Error(`${path}: ${response.statusCode}`));
    })
      .on('error', reject)
      .end(JSON.stringify(object));
  });

const rest = objects.values();
const work = async (): Promise<void> => {
  for (let next = rest.next(); !next.done; next = rest.next()) await create(next.value);
};
await Promise.all(Array.from({ length: 24 }, work));
agent.destroy();
