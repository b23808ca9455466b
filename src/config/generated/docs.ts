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

<!-- Generated from src/config/table.ts by \`npx vitest run src/config -u\`. Do not edit. -->

connwatch needs no configuration. You can give each setting in three places; the first one wins:

1. a flag: \`--interval 1s\` or \`--interval=1s\`;
2. an environment variable: \`CONNWATCH_INTERVAL=1s\`;
3. the YAML file of \`--config\` or \`CONNWATCH_CONFIG\`: \`interval: 1s\`.

\`connwatch config\` prints the settings in force and the source of each. It takes the same flags, so it also shows the effect of a command line.

An invalid setting stops the start with exit code 2. One message names every problem: an unknown flag, variable or key (with the nearest known name), an invalid value (with the reason), a flag given twice. Values in all three places are checked, also those that another place overrides.

* Write a duration as \`500ms\`, \`5s\`, \`1m30s\` or \`2h\`, and a size as \`64KiB\`, \`8MiB\`, \`1GiB\` or as a number of bytes.
* An empty variable counts as not set. An empty flag or key is an error.
* A variable that starts with \`CONNWATCH_\` and is unknown is an error, except for variables that Kubernetes sets for Services (\`CONNWATCH_SERVICE_HOST\`, \`CONNWATCH_PORT_9090_TCP\` and the like).
* The file must be a regular file (no pipe or device) of at most 64 KiB.

## Changing settings while it runs

At SIGHUP the agent reads the file again; flags and variables cannot change. It checks everything first. If there is a problem, the old settings stay and one log line at level error says why. Otherwise the settings that can change take effect at once, and no count is lost. The line \`settings reloaded\` names them; a line at level warn names changed settings that need a restart.

* A new interval applies from the current window on.
* A lower series limit removes no series. Live series stay until they end; new ones count in the overflow series.
* A closing terminal also sends SIGHUP; this stops the agent gracefully, like SIGTERM. \`npm start\` stops at any SIGHUP.

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
| 0 | ended as requested: by SIGINT or SIGTERM, or after printing its output |
| 1 | could not start, or failed while it ran |
| 2 | invalid setting or command line |
| 3 | \`connwatch doctor\`: the agent would start, but something is degraded |
`;
