export function whyNoVm(): string | undefined;
