/*
 * Which room may import which: the table of docs/internals/architecture.md as rules. A
 * type-only import counts like any other. What a room may import is listed, so
 * a new room must be written down here before another one can use it.
 */
const MAY_IMPORT = {
  words: [],
  internal: [],
  health: [],
  identity: ['ebpf', 'internal'], // ebpf: see the rule on types below
  kubernetes: ['identity', 'internal'],
  runtimes: ['identity', 'internal'],
  config: ['internal', 'words'],
  ebpf: ['internal', 'words'],
  stream: ['ebpf', 'internal', 'words'], // ebpf: see the rule on types below
  metrics: ['ebpf', 'stream', 'identity', 'internal', 'words'], // ebpf: see the rule on types below
  export: ['internal', 'metrics'],
  feed: ['metrics'],
  ui: ['feed'], // ui: see the rule on the browser below
  server: ['health', 'internal'],
  doctor: ['config', 'ebpf', 'internal', 'kubernetes', 'server', 'words'], // see the rules on doctor below
  live: ['ebpf', 'identity', 'internal', 'stream', 'words'], // ebpf: see the rule on live below
  library: ['internal', 'live', 'words'],
  agent: ['config', 'doctor', 'ebpf', 'export', 'feed', 'health', 'identity', 'internal', 'kubernetes', 'live', 'metrics', 'runtimes', 'server', 'stream', 'words'],
  cli: ['agent', 'config', 'doctor', 'ebpf', 'internal', 'live', 'words'], // ebpf: its version
};

const TEST = '\\.test\\.ts$';

const roomRules = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${allowed.length ? allowed.map((name) => `src/${name}`).join(', ') : 'no other room'}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'unlisted-room',
      comment: 'Every folder of src/ is a room, and stands in MAY_IMPORT.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'types-of-ebpf',
      comment: 'Whoever imports stream, metrics or identity must not load the addon. layout.ts holds constants only.',
      severity: 'error',
      from: { path: '^src/(stream|metrics|identity)/', pathNot: TEST },
      to: { path: '^src/ebpf/', pathNot: '^src/ebpf/(types|layout)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'records-by-stream-only',
      comment: 'src/metrics and src/identity do not know how a record is laid out. Words that rooms share are in src/words.',
      severity: 'error',
      from: { path: '^src/(metrics|identity)/' },
      to: { path: '^src/ebpf/', pathNot: '^src/ebpf/types\\.ts$' },
    },
    {
      name: 'metrics-takes-types-of-stream',
      comment: 'src/metrics reads snapshots; it does not make them.',
      severity: 'error',
      from: { path: '^src/metrics/', pathNot: TEST },
      to: { path: '^src/stream/', pathNot: '^src/stream/(snapshot|histograms)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'doctor-takes-little',
      comment: 'src/doctor asks the kernel and tries ports; it takes types of the settings, the probe, what is needed of capabilities, and how to listen.',
      severity: 'error',
      from: { path: '^src/doctor/', pathNot: TEST },
      to: { path: '^src/(config|ebpf|server)/', pathNot: '^src/(ebpf/(probe|privileges|capabilities)|server/listen)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'live-loads-programs-last',
      comment: 'A command that asks an agent does not need the addon: only src/live/client/local.ts loads it.',
      severity: 'error',
      from: { path: '^src/live/', pathNot: `^src/live/client/local\\.ts$|${TEST}` },
      to: { path: '^src/ebpf/', pathNot: '^src/ebpf/(types|layout|keys/keys)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'browser-alone',
      comment: 'src/ui runs in a browser: of the agent it takes the types of a frame, and of packages those made for browsers.',
      severity: 'error',
      from: { path: '^src/ui/', pathNot: TEST },
      to: { path: '^src/|^node_modules/|^node:', pathNot: '^src/ui/|^src/feed/frame\\.ts$|^node_modules/(preact|uplot|d3-force|@types/d3-force)/' },
    },
    {
      name: 'addon-by-ebpf-only',
      comment: 'src/ebpf/binding.ts alone loads the .node file.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ebpf/binding\\.ts$' },
      to: { path: '\\.node$' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^test/|\\.test\\.ts$|/testing/' },
    },
    {
      name: 'no-development-package',
      comment: 'What src/ needs at run time is a dependency.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build|\\.cache)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'types'] },
  },
};
