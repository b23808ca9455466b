// `npm start`: set-up, then the agent in the foreground. All arguments are the agent's.
import './lib/node-version.mjs';

const { main } = await import('./lib/refusal.mjs');

await main(async (args) => {
  const { setup } = await import('./lib/setup.mjs');
  const { runAgent } = await import('./lib/agent.mjs');
  await setup();
  return runAgent(args);
});
