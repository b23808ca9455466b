import { cTools } from './c-tools.mjs';

/*
 * Small C programs that make connections for the kernel tests in ways that Node.js cannot: from a
 * chosen thread, at full speed, without a clean exit.
 */
const tools = cTools({ folder: ['test', 'tools'], output: ['build', 'test-tools'] });

export const testToolsAreFresh = tools.fresh;

/** Compiles test/tools/NAME.c to build/test-tools/NAME. @throws Refusal */
export const buildTestTools = tools.build;
