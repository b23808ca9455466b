export function readyCollector(kind?: 'plain' | 'cluster'): string | undefined;
