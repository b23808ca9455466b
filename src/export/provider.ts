import { hostname } from 'node:os';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  type Resource,
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import type { Meter } from '@opentelemetry/api';
import { type AggregationTemporality, type CollectionResult, type IMetricReader, type InstrumentType, MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { SCOPE } from '../metrics/index.ts';
import { temporalityOf } from './temporality.ts';

export interface ResourceOptions {
  readonly version: string;
  readonly hostName?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly fromEnvironment?: boolean | undefined;
}

/**
 * The resource of the metrics. The instance is the host, not a random number, because
 * pushed series carry it and would all start again after a restart.
 * OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME override it; the SDK reads them only
 * in its detectors.
 */
export function resourceOf(options: ResourceOptions): Resource {
  const host = options.hostName ?? hostname();
  const own = resourceFromAttributes({
    'service.name': 'connwatch',
    'service.version': options.version,
    'service.instance.id': options.instanceId ?? host,
    'host.name': host,
  });
  const resource = defaultResource().merge(own);
  if (options.fromEnvironment === false) return resource;
  return resource.merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }));
}

export interface ProviderOptions {
  readonly resource: Resource;
  /** The producer of the pull reader. */
  readonly producer: MetricProducer;
  /** More readers, such as a pushing one, each with its own producer. */
  readonly readers?: readonly IMetricReader[] | undefined;
}

export interface Provider {
  readonly meter: Meter;
  /** Collects by the pull reader. */
  collect(): Promise<CollectionResult>;
  /** Shuts all readers down. A pushing one sends its last export. */
  close(): Promise<void>;
}

class PullReader extends PrometheusExporter {
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return temporalityOf(type);
  }
}

/**
 * The MeterProvider, with PrometheusExporter only as its pull reader: the exporter's
 * server collects once per request, and its serializer is slow and adds no unit
 * suffixes. There are no Views, because with one a reader that is never collected leaks
 * (opentelemetry-js #6444).
 */
export function createProvider(options: ProviderOptions): Provider {
  const pull = new PullReader({ preventServerStart: true, metricProducers: [options.producer] });
  const provider = new MeterProvider({ resource: options.resource, readers: [pull, ...(options.readers ?? [])] });
  let closing: Promise<void> | undefined;
  return {
    meter: provider.getMeter(SCOPE),
    collect: () => pull.collect(),
    close: () => (closing ??= provider.shutdown()),
  };
}
