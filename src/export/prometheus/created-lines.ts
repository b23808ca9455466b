import type { HrTime } from '@opentelemetry/api';
import { LineStarts, lineStart } from './line-starts.ts';

/**
 * The lines that say from when a series counts. What the SDK's instruments count has no start of
 * its own there (the SDK takes the first collection), and counts from the start of the agent.
 */
export class CreatedLines extends LineStarts {
  constructor(name: string, started: HrTime) {
    super(({ attributes, startTime, appeared }) => {
      const time = appeared === undefined ? started : startTime;
      return `${lineStart(name, attributes)}${secondsText(time)}\n`;
    });
  }
}

/** Unix seconds with milliseconds: a nanosecond is beyond what a parser's double can hold. */
export function secondsText([seconds, nanoseconds]: HrTime): string {
  return (seconds + Math.round(nanoseconds / 1e6) / 1000).toFixed(3);
}
