/**
 * Every error code of connwatch, with what it means. One table: the type
 * `ErrorCode` and docs/errors.md come from it.
 */
export const ERROR_CODES = {
  CW_CONFIG: 'A setting is unknown or has a value that cannot be used.',
  CW_CONFIG_FILE: 'The file named by --config cannot be read or is not valid YAML.',
  CW_ADDRESS: 'A listen address cannot be used on this machine: the name does not resolve or no interface has it.',
  CW_PORT_IN_USE: 'Another program listens on the port already.',
  CW_SERVER: 'An HTTP server could not start, or failed later, for a reason that has no code of its own.',
  CW_PERMISSION: 'The process lacks a capability, or a policy of the system forbids what it does.',
  CW_NO_BTF: 'The running kernel publishes no BTF (/sys/kernel/btf/vmlinux is missing).',
  CW_LAYOUT: 'The kernel programs, the addon and the TypeScript code disagree on the layout of a record.',
  CW_BPF_LOAD: 'The kernel refused to load or attach a BPF program.',
  CW_ADDON: 'The native addon is missing or cannot be loaded.',
  CW_INTERNAL: 'A defect of connwatch: an error that no part of it expected.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
