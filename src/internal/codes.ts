/**
 * Every error code of connwatch: what it means, and what to do about it in
 * general. One table: the type `ErrorCode` and docs/errors.md come from it; the
 * hint of an error says more where more is known. The addon throws some of
 * these too (native/*.cc).
 */
export const ERROR_CODES = {
  CW_CONFIG: {
    means: 'A setting is unknown or has a value that cannot be used.',
    todo: 'The message names every problem. `connwatch --help` shows all settings, `connwatch config` those in force.',
  },
  CW_CONFIG_FILE: {
    means: 'The file named by --config cannot be read or is not valid YAML.',
    todo: 'Check the path, the permissions and the line that the message names.',
  },
  CW_ADDRESS: {
    means: 'A listen address cannot be used on this machine: the name does not resolve or no interface has it.',
    todo: 'Give an address of this machine, or only a port such as `:9090`.',
  },
  CW_PORT_IN_USE: {
    means: 'Another program listens on the port already.',
    todo: 'Stop it (`ss -ltnp` shows it), or choose another port with --metrics-addr or --health-addr.',
  },
  CW_SERVER: {
    means: 'An HTTP server could not start, or failed later, for a reason that has no code of its own.',
    todo: "Read the system's reason in the message.",
  },
  CW_PERMISSION: {
    means: 'The process lacks a capability, or a policy of the system forbids what it does.',
    todo: 'Run as root, or with the capabilities CAP_BPF and CAP_PERFMON. `connwatch doctor` tells which policy stands in the way.',
  },
  CW_NO_BTF: {
    means: 'The running kernel publishes no BTF (/sys/kernel/btf/vmlinux is missing).',
    todo: 'Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, 5.12 or later; in a container, mount /sys.',
  },
  CW_LAYOUT: {
    means: 'The kernel programs, the addon and the TypeScript code disagree on the layout of a record.',
    todo: 'Build all parts from one version with `npm run setup`.',
  },
  CW_BPF_OPEN: {
    means: 'The BPF object file cannot be read, or is not one.',
    todo: 'Check --bpf-object, or build the file again with `npm run setup`.',
  },
  CW_BPF_LOAD: {
    means: 'The kernel refused to load the BPF programs or maps, or they are not loaded.',
    todo: 'Use Linux 5.12 or later with BTF; `connwatch doctor` tells what is missing. Run with --log-level debug for more.',
  },
  CW_BPF_ATTACH: {
    means: 'The kernel loaded the BPF programs, but refused to attach the one that sees connections.',
    todo: '`connwatch doctor` tells what is missing. Run with --log-level debug for more.',
  },
  CW_TRACEFS: {
    means: 'The tracepoints of system calls, which --sync-failures syscall asks for, cannot be used: tracefs is not mounted or cannot be read, or the kernel lets only CAP_SYS_ADMIN open perf events (kernel.perf_event_paranoid is 3, as Debian sets it).',
    todo: 'Mount it (`mount -t tracefs nodev /sys/kernel/tracing`), set kernel.perf_event_paranoid to 2, or leave --sync-failures at auto.',
  },
  CW_LIVE_SCAN: {
    means: 'The live sockets that are kept in socket storage cannot be read, so a window cannot be completed.',
    todo: 'Look for the warning `probe missing` at the start: the program connwatch_fallback could not be attached.',
  },
  CW_STATS: {
    means: "The kernel programs' counters cannot be read.",
    todo: 'This is a defect: please report it with the output of `connwatch version`.',
  },
  CW_WINDOW: {
    means: 'What happened in one window could not be taken over, for a reason that has no code of its own.',
    todo: 'The message says why. What was counted is on the next page; three windows in a row make the agent not alive.',
  },
  CW_STALLED: {
    means: 'No window has been complete for three windows: the drain stands still, and the agent is not alive.',
    todo: 'Look for errors before this one. When the machine is overloaded, give the agent CPU or a longer --interval.',
  },
  CW_PAGE: {
    means: 'The metrics could not be collected for a page or a push, or not all of them.',
    todo: 'The message says why. When it took too long, scrape less often, or lower --series-limit.',
  },
  CW_PUSH: {
    means: 'Metrics or logs could not be pushed by OTLP. The agent tries again; nothing that is counted is lost.',
    todo: '`connwatch doctor` tells whether the collector can be reached; docs/otlp.md tells how to set it.',
  },
  CW_PROC: {
    means: "The kernel's own counters or a namespace in /proc cannot be read as expected, so something is not told.",
    todo: 'Mount the proc of the host on /proc. The message says which file.',
  },
  CW_CLOSE: {
    means: 'Something could not be closed in order; the rest was.',
    todo: 'The message holds every reason. What is left goes with the process.',
  },
  CW_USAGE: {
    means: 'A program used a package of connwatch in a way that it does not allow: a value out of range, or calls out of order.',
    todo: 'The message says what; docs/packages.md shows how.',
  },
  CW_CLOSED: {
    means: 'The addon was used after it was closed.',
    todo: 'This is a defect: please report it with the output of `connwatch version`.',
  },
  CW_ADDON: {
    means: 'The native addon is missing or cannot be loaded.',
    todo: 'It needs libbpf 1.1 or later (Debian: libbpf1). Build it with `npm run setup`.',
  },
  CW_INTERNAL: {
    means: 'A defect of connwatch: an error that no part of it expected.',
    todo: 'Please report it with the output of `connwatch version` and of a run with --log-level debug.',
  },
} as const satisfies Record<string, { readonly means: string; readonly todo: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
