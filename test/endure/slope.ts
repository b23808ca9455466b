export interface Sample {
  /** Hours. */
  readonly time: number;
  readonly value: number;
}

export interface Slope {
  /** Of the value, per hour. */
  readonly perHour: number;
  /** Its standard error: twice as much to either side holds the true one in 95 of 100 cases. */
  readonly error: number;
}

/** The line of least squares. @throws RangeError for fewer than three samples */
export function slopeOf(samples: readonly Sample[]): Slope {
  if (samples.length < 3) throw new RangeError(`${samples.length} samples have no slope with an error`);
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [time, value] = [mean((sample) => sample.time), mean((sample) => sample.value)];
  const spread = samples.reduce((sum, sample) => sum + (sample.time - time) ** 2, 0);
  if (spread === 0) throw new RangeError('all samples are of one moment');
  const perHour = samples.reduce((sum, sample) => sum + (sample.time - time) * (sample.value - value), 0) / spread;
  const rest = samples.reduce((sum, sample) => sum + (sample.value - value - perHour * (sample.time - time)) ** 2, 0);
  return { perHour, error: Math.sqrt(rest / (samples.length - 2) / spread) };
}
