export const AGENT_OPTIONS: readonly string[];
export const AGENT_ENVIRONMENT: Readonly<Record<string, string>>;
