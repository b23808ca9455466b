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

## Which series

By default each metric has the attributes that [metrics](metrics.md) lists. \`attributes\` keeps fewer, or leaves a metric out. In the file it is a map:

\`\`\`yaml
attributes:
  tcp.connects_by_pid: "off"   # the metric is not there
  window.*: "off"              # all by workload or peer that begin with window.
  tcp.io: [process.executable.name, role, network.io.direction]
  tcp.rtt: [process.executable.name, role, server.address, server.port]
\`\`\`

* Without an attribute, series that differ in nothing else become one: counters and gauges are added up, histograms are merged bucket by bucket, quantiles are those of all together. Sums stay the same. Fewer attributes also need fewer places of the series limit.
* An empty list (\`tcp.io: []\`) leaves one series: the sum.
* \`server.address\` is not in \`tcp.rtt\` and \`tcp.connection.duration\` unless you list it. With it they also have the \`server.port\` of clients.
* Metrics of connects, of accepts, of listeners and of quantiles share their places if they have the same attributes: then each set of attributes is in all of them or in none, and attempts = successes + failures + pending for each.
* A name may lack its \`connwatch.\`. A metric's own name comes before one with \`*\`.

## Which sockets

\`include\` and \`exclude\` select sockets. In the file they are maps too:

\`\`\`yaml
include:
  netns: [own]
exclude:
  executable: [curl, "kube-*"]
  cidr: [127.0.0.0/8, "::1/128"]
\`\`\`

| field | a socket matches if |
|---|---|
| \`executable\` | the base name of its program's file is one of these; \`*\` stands for anything |
| \`unit\` | it belongs to one of these units of the host's service manager, such as \`ssh.service\`; \`*\` as above |
| \`container\` | the whole id, or the name, of its container is one of these; \`*\` as above, so \`4f797c539e6c*\` takes the short id |
| \`port\` | the port that a client connects to, or a server listens on, is one of these or in a range (\`8000-8099\`) |
| \`cidr\` | a client connects to an address in one of these ranges |
| \`netns\` | it is in the network namespace with this inode number (\`ls -l /proc/PID/ns/net\`), or in the agent's (\`own\`) |
| \`role\` | it is a \`client\` or a \`server\` |

* A socket counts if it matches every field of \`include\` and no field of \`exclude\`.
* What is left out is in no other metric than \`connwatch_events_filtered_total\` (by \`kind\`: connect, accept, close), \`tcp_connects_by_pid\` and \`connwatch_drift\`. The drift compares all that the kernel counts with all that the agent saw, so it stays exact.
* What is not known never leaves a socket out. A cgroup whose path is not understood counts as one of the host: without a container and a unit. A server has no address of a peer, so \`cidr\` does not ask it: add \`role: [client]\`. A namespace is known as soon as a scan of open sockets has found one in it; until those of the filter are known, connects from namespaces that are not known either stay in. Lost records without details, and peers above the limits, stay in the sums.

## Names of peers

\`peer-names\` gives ranges of addresses a name. Peers in a range then share their series, so a range needs one place of the series limit for each program and port:

\`\`\`yaml
peer-names:
  10.0.0.0/8: cluster
  10.9.0.0/16: databases
  0.0.0.0/0: internet
  "::/0": internet
\`\`\`

* The longest prefix wins. An address in no range stays as it is.
* Servers have no peer by default, because the clients of a public port are without bound. With \`client.address\` among the attributes of a metric (accepts, connections, io, ...), each server series has the name of the range that the client is in; \`[other]\`: in none; \`[unresolved]\`: a listener itself, which has no client.
* At most 1000 ranges.
* Filters by \`cidr\` and the records of failed connects have the address.

## TLS, users and headers

The file of \`--web-config-file\` has the [format of Prometheus' exporter toolkit](https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md). Paths in it are relative to its folder.

\`\`\`yaml
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  min_version: TLS12
basic_auth_users:
  # htpasswd -nBC 10 "" | tr -d ':\\n'
  prometheus: $2y$10$...
http_server_config:
  headers:
    Strict-Transport-Security: max-age=31536000
\`\`\`

* The whole file is checked. An unknown key, a wrong value or a key that does not fit its certificate stops the start with exit code 2.
* It is read again when it, a certificate or the key has changed: at the next connection or request. If the new one cannot be used, or has no TLS, no users or no required client certificates although the old one had them, the old one stays in force and one log line at level error says why.
* The versions are TLS12 and TLS13. \`cipher_suites\` selects those of TLS 1.2; those of TLS 1.3 are always on. \`http2\` is accepted and has no effect: responses are HTTP/1.1. Certificates within the file (\`cert\`, \`key\`, \`client_ca\`) and \`client_allowed_sans\` and \`rate_limit\` are not supported.
* A password is compared in a thread of its own. The last good one of each user is remembered, so a scrape does not pay for it. At most 8 comparisons run or wait, 2 of one address; more get status 429.
* The health port stays as it is unless \`--web-config-health\` is true. The probes of Kubernetes and \`connwatch health\` cannot give a password or a client certificate.

## Exit codes

| code | meaning |
|---|---|
| 0 | ended as requested: by SIGINT or SIGTERM, or after printing its output |
| 1 | could not start, or failed while it ran |
| 2 | invalid setting or command line |
| 3 | \`connwatch doctor\`: the agent would start, but something is degraded |
`;
