/** This process's environment, without what is for the tests: the agent refuses variables that it does not know. */
export function agentEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CONNWATCH_TEST_')));
}
