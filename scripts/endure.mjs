// `npm run endure`: faults, soak and fuzzing of a running agent, with a report. Arguments: test/endure/help.ts.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { installDependencies, onlyAnswers, setup, setupToAnswer } = await import('./lib/setup.mjs');
  const { agentNode, at } = await import('./lib/paths.mjs');
  const { run } = await import('./lib/run.mjs');
  if (onlyAnswers(args)) await setupToAnswer();
  else {
    const { installFuzzer } = await import('./lib/setup/fuzzer.mjs');
    await setup({ tests: true });
    // A fault whose tool cannot be installed is skipped, with the reason.
    await installDependencies({ tests: true, vm: true }).catch((error) => process.stderr.write(`endure: no virtual machine: ${error.message}\n`));
    await installFuzzer();
  }
  return (await run(agentNode, [at('test', 'endure', 'main.ts'), ...args], { stdio: 'inherit' })).code;
}
