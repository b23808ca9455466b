import { ENTRIES, GROUPS, type Group, type Setting, variableOf } from '../table.ts';

/** docs/configuration.md, from the table of settings. */
export function configurationPage(): string {
  return `${INTRODUCTION}\n${GROUPS.map(section).join('\n')}\n${EXAMPLES}`;
}

function section(group: Group): string {
  const settings = ENTRIES.map(([, setting]) => setting).filter((setting) => setting.group === group);
  return `### ${group}\n\n${settings.map(entry).join('\n')}`;
}

function entry(setting: Setting<unknown>): string {
  const fallback = setting.defaultNote ?? `\`${String(setting.default)}\``;
  const key = setting.notInFile ? 'not in the file' : `\`${setting.name}: ${setting.example}\``;
  return `#### \`--${setting.name}\`

${setting.description}

| | |
|---|---|
| Value | ${setting.kind.allowed} |
| Default | ${fallback} |
| Flag | \`--${setting.name}=${setting.example}\` |
| Variable | \`${variableOf(setting)}=${setting.example}\` |
| File | ${key} |
| Change | ${setting.live ? 'SIGHUP' : 'restart'} |
`;
}

const INTRODUCTION = `# Configuration

<!-- Made from src/config/table.ts by \`npx vitest run src/config -u\`. Do not edit. -->

connwatch needs no configuration. Each setting can be given in three places; the first one that has it wins:

1. a flag: \`--interval 1s\` or \`--interval=1s\`;
2. an environment variable: \`CONNWATCH_INTERVAL=1s\`;
3. the YAML file that \`--config\` or \`CONNWATCH_CONFIG\` names: \`interval: 1s\`.

\`connwatch config\` prints the settings in force and where each comes from. It takes the same flags, so it also shows what a command line would do.

What is wrong stops the start with exit code 2 and one message that names every problem: an unknown flag, variable or key (with the nearest known name), a value that cannot be used (with the reason), a flag given twice. Values are checked in all three places, also those that another place overrides.

* A duration is written \`500ms\`, \`5s\`, \`1m30s\` or \`2h\`; a size \`64KiB\`, \`8MiB\`, \`1GiB\` or as a number of bytes.
* An empty variable counts as not set. An empty flag or key is refused.
* Every variable that begins with \`CONNWATCH_\` must be known. Those that Kubernetes sets for Services (\`CONNWATCH_SERVICE_HOST\`, \`CONNWATCH_PORT_9090_TCP\` and the like) are ignored.
* It is a regular file, no pipe or device, and holds at most 64 KiB.

## Changing settings while it runs

At SIGHUP the agent reads the file again (its flags and variables cannot change). Everything is checked before anything changes: with any problem the old settings stay, and one log line at level error says why. Else those that can change do so at once, and no count is lost. The line \`settings read again\` names what changed; a line at level warn names what changed in the file but needs a restart.

* A new interval counts from the window that is open.
* A lower series limit takes no series away: what is live stays until it retires, what is new is summed in the overflow series.
* A terminal that closes sends SIGHUP too; that stops the agent in order, like SIGTERM. \`npm start\` stops at any SIGHUP.

## Settings
`;

const EXAMPLES = `## A file with all settings

\`\`\`yaml
${ENTRIES.filter(([, setting]) => !setting.notInFile)
  .map(([, setting]) => `${setting.name}: ${setting.example}`)
  .join('\n')}
\`\`\`

## Exit codes

| code | meaning |
|---|---|
| 0 | ended as asked: by SIGINT, SIGTERM, or after printing what was asked for |
| 1 | could not start, or failed while it ran |
| 2 | a setting or the command line cannot be used |
| 3 | \`connwatch doctor\`: the agent would start, and something is degraded |
`;
