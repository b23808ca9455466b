/** The agent's status on the landing page. */
export interface LandingStatus {
  readonly version: string;
  readonly ready: boolean;
  /** Programs in the kernel; empty before they are loaded. */
  readonly probes: readonly LandingProbe[];
}

export interface LandingProbe {
  readonly name: string;
  /** How it is attached: `tp_btf`, `fexit`, `off`. */
  readonly mechanism: string;
  readonly required: boolean;
  readonly attached: boolean;
}

export interface Landing {
  /** Paths of the metrics server. */
  readonly paths: readonly string[];
  /** Address and paths of the health server. */
  readonly health: { readonly text: string; readonly paths: readonly string[] };
  readonly status: LandingStatus | undefined;
}

/** The page at `/` of the metrics server. It links to everything else, for people who know only the port. */
export function landingPage({ paths, health, status }: Landing): string {
  const links = paths.map((path) => `    <li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a></li>\n`).join('');
  const probes = health.paths.map((path) => `<code>${escapeHtml(path)}</code>`).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>connwatch</title>
</head>
<body>
  <h1>connwatch</h1>
  <p>Watches the TCP connections of this machine.${status === undefined ? '' : ` Version ${escapeHtml(status.version)}, ${status.ready ? 'ready' : 'not ready'}.`}</p>
  <ul>
${links}  </ul>
  <p>The health probes are on <code>${escapeHtml(health.text)}</code>: ${probes}.</p>
${status === undefined ? '' : probeTable(status.probes)}  <p>The documentation is in <code>docs/</code> of the repository: <code>metrics.md</code> has every metric, <code>troubleshooting.md</code> helps if a probe is not attached.</p>
</body>
</html>
`;
}

function probeTable(probes: readonly LandingProbe[]): string {
  if (probes.length === 0) return '  <p>No probe is loaded yet.</p>\n';
  const rows = probes.map(({ name, mechanism, required, attached }) => {
    const cells = [name, attached ? 'attached' : 'not attached', mechanism, required ? 'required' : 'optional'];
    return `    <tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>\n`;
  });
  return `  <table>\n    <caption>Probes in the kernel</caption>\n    <tr><th>Probe</th><th>State</th><th>Mechanism</th><th>Need</th></tr>\n${rows.join('')}  </table>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
