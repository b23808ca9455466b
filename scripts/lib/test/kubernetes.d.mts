export function readyKubernetes(): string | undefined;
export function buildKubernetes(): Promise<string>;
