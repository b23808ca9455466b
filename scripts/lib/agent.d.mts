export const AGENT_OPTIONS: readonly string[];
