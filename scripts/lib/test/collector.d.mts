export function readyCollector(): string | undefined;
