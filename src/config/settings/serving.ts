import { address, boolean, choice, duration, path, socketPath } from '../kinds.ts';
import { setting } from '../setting.ts';

export const UI_ACCESS = ['loopback', 'everywhere', 'off'] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the agent serves, and where. */
export const SERVING = {
  metricsAddr: setting({
    name: 'metrics-addr',
    group: 'Serving',
    kind: address(),
    default: ':9090',
    description: 'Address of /metrics, which Prometheus scrapes.',
    example: '127.0.0.1:9090',
  }),
  healthAddr: setting({
    name: 'health-addr',
    group: 'Serving',
    kind: address(),
    default: ':8080',
    description: 'Address of the health probes /liveness, /readiness and /health.',
    example: '127.0.0.1:8080',
  }),
  webConfigFile: setting({
    name: 'web-config-file',
    group: 'Serving',
    kind: path(),
    default: undefined,
    defaultNote: 'none: HTTP without TLS and passwords',
    description:
      "A file with TLS, client certificates, users and headers for the metrics port, in the format of Prometheus' exporter toolkit (docs/configuration.md shows it). It is read again when it or a certificate changes.",
    example: '/etc/connwatch/web.yaml',
  }),
  webConfigHealth: setting({
    name: 'web-config-health',
    group: 'Serving',
    kind: boolean(),
    default: 'false',
    description: 'Protect the health port with the same file. Probes then need its TLS and a user; those of Kubernetes cannot give a password or a client certificate.',
    example: 'true',
  }),
  ui: setting({
    name: 'ui',
    group: 'Serving',
    kind: choice('<who>', UI_ACCESS),
    default: 'loopback',
    description:
      'Who may see the page /ui on the metrics port, which shows programs, peers and failures as they happen. loopback: browsers on this machine, also through an SSH tunnel or kubectl port-forward. everywhere: everyone who reaches the port; then protect it with --web-config-file. off: nobody.',
    example: 'everywhere',
  }),
  shutdownTimeout: setting({
    name: 'shutdown-timeout',
    group: 'Serving',
    kind: duration({ min: 0, max: 10 * MINUTE }),
    default: '10s',
    description: 'How long running requests may take after SIGTERM or SIGINT before they are aborted.',
    example: '30s',
    live: true,
  }),
  socket: setting({
    name: 'socket',
    group: 'Serving',
    kind: socketPath(),
    default: '/run/connwatch/connwatch.sock',
    description:
      'Unix socket through which `connwatch trace` and the other live views get their data. Only the user of the agent and root may use it. off: none. If it cannot be made, the agent says so and runs without it.',
    example: '/tmp/connwatch.sock',
  }),
} as const;
