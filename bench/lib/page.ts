import type { Program } from './agent.ts';

/** The agent's /metrics. */
export async function page(agent: Program): Promise<string> {
  const { address } = await agent.logs.line({ server: 'metrics' });
  const response = await fetch(`http://${String(address)}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return response.text();
}
