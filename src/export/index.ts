export { createMetrics } from './create.ts';
export { routeDiagnostics } from './diagnostics.ts';
export { CONTENT_TYPE, Exposition } from './prometheus/exposition.ts';
export { hider, plain } from './otlp/hide.ts';
export { createProvider, resourceOf } from './provider.ts';
export type { Provider, ProviderOptions, ResourceOptions } from './provider.ts';
export { scrapeHandler } from './prometheus/scrape.ts';
export type { Page, ScrapeOptions } from './prometheus/scrape.ts';
export type { Handler, Metrics, MetricsOptions } from './types.ts';
