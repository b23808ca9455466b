import type { Actor } from '../world/actor.ts';
import type { World } from '../world/world.ts';

/** Where the cases' servers listen. Each has a namespace of its own. */
export const PORT = 9000;

/** Whole numbers from 1, or from another. */
export const numbers = (count: number, from = 1): number[] => Array.from({ length: count }, (_, index) => from + index);

/** 4 or 6, as the commands of a script want it. */
export const digit = (world: World): string => world.family.slice(-1);

/** Commands that make a listener out of socket 0. */
export function listen(world: World, address: string, backlog = 128, ...settings: string[]): string[] {
  return [`socket 0 ${digit(world)}`, 'set 0 reuseaddr', ...settings, `bind 0 ${address} ${PORT}`, `listen 0 ${backlog}`];
}

/** A process that listens at PORT with its socket 0. */
export async function server(world: World, { role = 'server', index = 0, backlog = 128, address = world.here, settings = [] as string[] } = {}): Promise<Actor> {
  const actor = await world.actor(role, index);
  await actor.do(...listen(world, address, backlog, ...settings));
  return actor;
}

/** New sockets by number, with settings that begin `set N`. */
export function sockets(world: World, slots: readonly number[], ...settings: string[]): string[] {
  return slots.flatMap((slot) => [`socket ${slot} ${digit(world)}`, ...settings.map((setting) => `set ${slot} ${setting}`)]);
}

export const connects = (slots: readonly number[], address: string, port = PORT): string[] => slots.map((slot) => `connect ${slot} ${address} ${port}`);
export const accepts = (slots: readonly number[]): string[] => slots.map((slot) => `accept 0 ${slot}`);
export const closes = (slots: readonly number[]): string[] => slots.map((slot) => `close ${slot}`);
export const waits = (slots: readonly number[], ms = 10_000): string[] => slots.map((slot) => `wait ${slot} ${ms}`);

/** A client and a server with so many connections between them, accepted. Slots are the same on both sides. */
export async function connected(world: World, count: number): Promise<{ client: Actor; server: Actor; slots: number[] }> {
  const serving = await server(world);
  const client = await world.actor('client');
  const slots = numbers(count);
  await client.do(...sockets(world, slots), ...connects(slots, world.here));
  await serving.do(...accepts(slots));
  return { client, server: serving, slots };
}

/** Sockets that one process makes and another, in a namespace of that number, is given and connects, one after the other. */
export async function connectsGiven(world: World, count: number, index = 0): Promise<void> {
  const serving = await server(world);
  const [maker, client] = [await world.actor('maker'), await world.actor('client', index)];
  for (const slot of numbers(count)) {
    const path = world.path(`socket-${slot}`);
    await Promise.all([client.do(`take ${slot} ${path}`), maker.do(...sockets(world, [slot]), `pass ${slot} ${path}`)]);
    await client.do(...connects([slot], world.here));
    await serving.do(...accepts([slot]));
  }
}

/** Of the generator that is conngen without a script. */
export const bulk = (world: World, mode: string, port: number, count: number, ...more: string[]): string[] =>
  [mode, '--port', `${port}`, '--address', world.here, '--count', `${count}`, '--check-snmp', ...more];

/** The same, to a listener of the same process. */
export const toItself = (world: World, mode: string, count: number, ...more: string[]): string[] =>
  bulk(world, mode, 0, count, '--own-listener', ...more);
