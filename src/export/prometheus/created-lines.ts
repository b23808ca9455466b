import type { HrTime } from '@opentelemetry/api';
import { LineStarts, lineStart } from './line-starts.ts';

/**
 * The lines with creation times. For the SDK's instruments they have the start of the agent, because
 * the SDK itself reports the time of its first collection.
 */
export class CreatedLines extends LineStarts {
  constructor(name: string, started: HrTime) {
    super(({ attributes, startTime, appeared }) => {
      const time = appeared === undefined ? started : startTime;
      return `${lineStart(name, attributes)}${secondsText(time)}\n`;
    });
  }
}

/** Unix seconds with milliseconds: a double of a parser cannot hold nanoseconds. */
export function secondsText([seconds, nanoseconds]: HrTime): string {
  return (seconds + Math.round(nanoseconds / 1e6) / 1000).toFixed(3);
}
