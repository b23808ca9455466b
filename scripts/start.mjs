// `npm start`: set-up, then the agent in the foreground. All arguments go to the agent.
import './lib/setup/node-version.mjs';

// For ps and top. The agent is a process of its own.
process.title = 'npm start';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { answeredBeforeSetup } = await import('./lib/before-setup.mjs');
  if (answeredBeforeSetup(args)) return 0;
  const { setup, setupProgram } = await import('./lib/setup.mjs');
  const { runAgent } = await import('./lib/agent.mjs');
  // `config` with settings, and help of a command, print text: they need neither compilers nor root.
  await (args[0] === 'config' || args.includes('--help') || args.includes('-h') ? setupProgram() : setup());
  return runAgent(args);
}
