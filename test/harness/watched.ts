import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { Agent, type AgentOptions } from './agent.ts';
import { Namespace } from './kernel/namespace.ts';
import { Generator } from './traffic.ts';

export interface Watched {
  readonly agent: Agent;
  /** Of the traffic; the agent is outside. */
  readonly namespace: Namespace;
  readonly generator: Generator;
}

/** For a block of tests: one agent, and where and with what they make their traffic. There from the first test to the last. */
export function watched(options?: AgentOptions): Watched {
  const made: { -readonly [K in keyof Watched]?: Watched[K] } = {};
  beforeAll(async () => {
    made.agent = await Agent.start(options);
    made.namespace = await Namespace.create();
    made.generator = new Generator();
  });
  afterAll(async () => {
    made.generator?.[Symbol.dispose]();
    await made.namespace?.[Symbol.asyncDispose]();
    await made.agent?.[Symbol.asyncDispose]();
  });
  return made as Watched;
}

/** The same without an agent, new for each test. */
export function perTest(): Omit<Watched, 'agent'> {
  const made: { -readonly [K in keyof Watched]?: Watched[K] } = {};
  beforeEach(async () => {
    made.namespace = await Namespace.create();
    made.generator = new Generator();
  });
  afterEach(async () => {
    made.generator?.[Symbol.dispose]();
    await made.namespace?.[Symbol.asyncDispose]();
  });
  return made as Watched;
}
