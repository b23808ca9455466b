export function readyPrometheus(): string | undefined;
export function buildPrometheus(): Promise<string>;
