/** The page at `/` of the metrics server: links to everything, for a person who has only the port. */
export function landingPage(paths: readonly string[], health: { readonly text: string; readonly paths: readonly string[] }): string {
  const links = paths.map((path) => `    <li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a></li>`).join('\n');
  const probes = health.paths.map((path) => `<code>${escapeHtml(path)}</code>`).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>connwatch</title>
</head>
<body>
  <h1>connwatch</h1>
  <p>Watches the TCP connections of this machine.</p>
  <ul>
${links}
  </ul>
  <p>The health probes are on <code>${escapeHtml(health.text)}</code>: ${probes}.</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
