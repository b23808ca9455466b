// `npm run setup`: everything between a clone and a program that runs.
import './lib/node-version.mjs';

const { main } = await import('./lib/refusal.mjs');

await main(async (args) => {
  const { setup } = await import('./lib/setup.mjs');
  await setup({ types: args.includes('--types'), tests: args.includes('--tests') });
});
