/** Codes of what the commands of this checkout refuse (Refusal): what each means, and what to do about it in general. */
export const REFUSAL_CODES = {
  CW_SETUP_HOST: {
    means: 'This machine cannot do it: another system or architecture, no root, a kernel that lacks something.',
    todo: 'The message says what it would take.',
  },
  CW_SETUP_MISSING: {
    means: 'A package or a program is missing, and could not be installed or fetched.',
    todo: 'Install what the message names, or mend the network, and run the command again.',
  },
  CW_SETUP_BUILD: {
    means: 'A part could not be built.',
    todo: 'The last lines are what the compiler said. When nothing was changed, please report them.',
  },
  CW_SETUP_WRITE: {
    means: 'The set-up cannot write into the checkout.',
    todo: 'Run it as the owner of the checkout, on a file system with space left.',
  },
  CW_SETUP_ARGUMENT: {
    means: 'An argument names something that there is not.',
    todo: 'The message lists what there is.',
  },
  CW_SETUP_CHECK: {
    means: 'A check of the project itself does not hold.',
    todo: 'Look at the lines above the message.',
  },
};
