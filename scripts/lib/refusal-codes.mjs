/** Codes of the errors (Refusal) of this checkout's commands: meaning, and what to do in general. */
export const REFUSAL_CODES = {
  CW_SETUP_HOST: {
    means: 'This machine cannot do it: wrong system or architecture, not root, or a kernel that lacks something.',
    todo: 'The message says what is needed.',
  },
  CW_SETUP_MISSING: {
    means: 'A package or program is missing and could not be installed or downloaded.',
    todo: 'Install what the message names, or fix the network, and run the command again.',
  },
  CW_SETUP_BUILD: {
    means: 'A part could not be built.',
    todo: 'The last lines are the compiler output. If you changed nothing, please report them.',
  },
  CW_SETUP_WRITE: {
    means: 'The set-up cannot write into the checkout.',
    todo: 'Run it as the owner of the checkout, on a file system with free space.',
  },
  CW_SETUP_ARGUMENT: {
    means: 'An argument names something that does not exist.',
    todo: 'The message lists what exists.',
  },
  CW_SETUP_CHECK: {
    means: 'A check of the project itself failed.',
    todo: 'See the lines above the message.',
  },
};
