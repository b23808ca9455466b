/**
 * Every error code of connwatch: its meaning, and what to do in general. The type
 * `ErrorCode` and docs/errors.md come from this table. The hint of an error says
 * more if more is known. The addon throws some of these too (native/).
 */
export const ERROR_CODES = {
  CW_CONFIG: {
    means: 'A setting is unknown or has an invalid value.',
    todo: 'The message names every problem. `connwatch --help` lists all settings, `connwatch config` those in force.',
  },
  CW_CONFIG_FILE: {
    means: 'The file of --config cannot be read or is not valid YAML.',
    todo: 'Check the path, the permissions and the line named in the message.',
  },
  CW_WEB_CONFIG: {
    means: 'The file of --web-config-file, or a certificate or key that it names, cannot be used.',
    todo: 'The message names every problem with its line. While the agent runs, it goes on with what it read before.',
  },
  CW_ADDRESS: {
    means: 'A listen address is not usable on this machine: the name does not resolve, or no interface has the address.',
    todo: 'Use an address of this machine, or only a port such as `:9090`.',
  },
  CW_PORT_IN_USE: {
    means: 'Another program already listens on the port.',
    todo: 'Stop it (`ss -ltnp` shows it), or choose another port with --metrics-addr or --health-addr.',
  },
  CW_SERVER: {
    means: 'An HTTP server could not start, or failed later, for a reason without a code of its own.',
    todo: "The message has the system's reason.",
  },
  CW_PERMISSION: {
    means: 'The process lacks a capability, or a policy of the system forbids the operation.',
    todo: 'Run as root, or with the capabilities CAP_BPF and CAP_PERFMON. `connwatch doctor` names the policy that forbids it.',
  },
  CW_NO_BTF: {
    means: 'The running kernel has no BTF (/sys/kernel/btf/vmlinux is missing).',
    todo: 'Use a kernel 5.12 or later, built with CONFIG_DEBUG_INFO_BTF=y. In a container, mount /sys.',
  },
  CW_LAYOUT: {
    means: 'The kernel programs, the addon and the TypeScript code disagree on the layout of a record.',
    todo: 'Build all parts from one version with `npm run setup`.',
  },
  CW_BPF_OPEN: {
    means: 'The BPF object file cannot be read or is not a BPF object.',
    todo: 'Check --bpf-object, or build the file again with `npm run setup`.',
  },
  CW_BPF_LOAD: {
    means: 'The kernel refused to load the BPF programs or maps, or they are not loaded.',
    todo: 'Use Linux 5.12 or later with BTF; `connwatch doctor` lists what is missing. --log-level debug shows more.',
  },
  CW_BPF_ATTACH: {
    means: 'The kernel loaded the BPF programs but refused to attach the required one.',
    todo: '`connwatch doctor` lists what is missing. --log-level debug shows more.',
  },
  CW_TRACEFS: {
    means: 'The tracepoints of system calls, which --sync-failures syscall needs, are not usable: tracefs is not mounted or not readable, or the kernel allows perf events only with CAP_SYS_ADMIN (kernel.perf_event_paranoid is 3, the default of Debian).',
    todo: 'Mount tracefs (`mount -t tracefs nodev /sys/kernel/tracing`), set kernel.perf_event_paranoid to 2, or use --sync-failures auto.',
  },
  CW_LIVE_SCAN: {
    means: 'The live sockets in socket storage cannot be read, so a window cannot be completed.',
    todo: 'See the warning `probe missing` at the start: the program connwatch_fallback could not be attached.',
  },
  CW_STATS: {
    means: "The kernel programs' counters cannot be read.",
    todo: 'This is a bug. Please report it with the output of `connwatch version`.',
  },
  CW_WINDOW: {
    means: 'The counts of one window could not be collected, for a reason without a code of its own.',
    todo: 'The message says why. The next window includes the counts. After three such windows in a row the agent is not alive.',
  },
  CW_STALLED: {
    means: 'No window was completed for the length of three windows: the agent has stopped reading the ring buffer and is not alive.',
    todo: 'See the errors before this one. If the machine is overloaded, give the agent more CPU or a longer --interval.',
  },
  CW_LIVE: {
    means: 'A live view (`connwatch trace` and others) cannot get its data from the agent: its socket is not usable for this user, another program or another version answers, or the agent has ended.',
    todo: 'The message says which. docs/terminal.md explains the socket.',
  },
  CW_PAGE: {
    means: 'Some or all metrics could not be collected for a scrape or a push.',
    todo: 'The message says why. If it took too long, scrape less often or lower --series-limit.',
  },
  CW_PUSH: {
    means: 'Metrics or logs could not be pushed by OTLP. The agent tries again; no count is lost.',
    todo: '`connwatch doctor` checks whether the collector can be reached. docs/otlp.md explains the settings.',
  },
  CW_PROC: {
    means: "The kernel's own counters or a namespace in /proc cannot be read as expected, so the drift or a part of it is missing.",
    todo: "Mount the host's proc on /proc. The message names the file.",
  },
  CW_KUBERNETES: {
    means: 'The API server or the kubelet did not answer, refused, or sent something unexpected, or a setting for it is missing.',
    todo: 'The message names the request. `connwatch doctor` checks both. Containers have their ids instead of names until it works.',
  },
  CW_RUNTIME: {
    means: 'The container runtime of --container-runtime did not answer, or not as Docker does.',
    todo: 'The message says why. Containers have their ids instead of names until it works.',
  },
  CW_CLOSE: {
    means: 'Something could not be closed properly; everything else was.',
    todo: 'The message has every reason. The rest is released when the process ends.',
  },
  CW_USAGE: {
    means: 'A program misused a package of connwatch: a value out of range, or calls in the wrong order.',
    todo: 'The message says what is wrong. docs/internals/packages.md shows the right use.',
  },
  CW_CLOSED: {
    means: 'The addon was used after it was closed.',
    todo: 'This is a bug. Please report it with the output of `connwatch version`.',
  },
  CW_ADDON: {
    means: 'The native addon is missing or cannot be loaded.',
    todo: 'Install libbpf 1.1 or later (Debian: libbpf1), or build the addon with `npm run setup`.',
  },
  CW_INTERNAL: {
    means: 'A bug in connwatch: an unexpected error.',
    todo: 'Please report it with the output of `connwatch version` and of a run with --log-level debug.',
  },
} as const satisfies Record<string, { readonly means: string; readonly todo: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
