/** One element of Accept or Accept-Encoding. */
interface Preference {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/** RFC 9110, 12.4.2: elements with their weights. A malformed weight counts as 0. */
function preferences(header: string | string[] | undefined): Preference[] {
  return String(header ?? '')
    .split(',')
    .filter((element) => element.trim() !== '')
    .map((element) => {
      const [name = '', ...rest] = element.toLowerCase().split(';').map((text) => text.trim());
      const parameters = new Map(rest.map((text) => [text.split('=')[0]!.trim(), unquoted(text.slice(text.indexOf('=') + 1).trim())]));
      const weight = parameters.get('q') ?? '1';
      parameters.delete('q');
      return { name, parameters, weight: /^(0(\.\d*)?|1(\.0*)?)$/.test(weight) ? Number(weight) : 0 };
    });
}

function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * RFC 9110, 12.5.3: the coding with the client's highest weight; of equal ones the first of ours.
 * `identity` if it accepts none of them, even if it refuses `identity`: an uncompressed response is better than none.
 */
export function chooseCoding<T extends string>(header: string | string[] | undefined, codings: readonly T[]): T | 'identity' {
  const wanted = preferences(header);
  const weightOf = (coding: string): number | undefined => wanted.find(({ name }) => name === coding)?.weight;
  const rest = weightOf('*') ?? 0;
  let best: T | 'identity' = 'identity';
  let most = weightOf('identity') ?? 0;
  for (const coding of codings) {
    const weight = weightOf(coding) ?? rest;
    if (weight > 0 && (weight > most || (weight === most && best === 'identity'))) [best, most] = [coding, weight];
  }
  return best;
}

export interface Offer {
  /** `text/plain` */
  readonly type: string;
  readonly version: string;
}

/**
 * RFC 9110, 12.5.1: the offer with the client's highest weight; of equal ones the one that it names first. The most
 * specific range that matches an offer sets its weight. A range matches if its version matches; other parameters
 * (charset, escaping) do not matter. If nothing matches, the last offer, which every client can read.
 */
export function chooseOffer<T extends Offer>(header: string | string[] | undefined, offers: readonly T[]): T {
  const ranges = preferences(header).map((range, place) => ({ ...range, place }));
  const liked = offers.flatMap((offer) => {
    const fitting = ranges.filter((range) => exactness(range, offer) > 0).sort((a, b) => exactness(b, offer) - exactness(a, offer));
    return fitting[0] === undefined || fitting[0].weight === 0 ? [] : [{ offer, ...fitting[0] }];
  });
  liked.sort((a, b) => b.weight - a.weight || a.place - b.place || offers.indexOf(b.offer) - offers.indexOf(a.offer));
  return liked[0]?.offer ?? offers.at(-1)!;
}

/** 0: the range does not match. */
function exactness({ name, parameters }: Preference, { type, version }: Offer): number {
  const wanted = parameters.get('version');
  if (wanted !== undefined && wanted !== version) return 0;
  if (name === type) return wanted === undefined ? 3 : 4;
  if (name === `${type.split('/')[0]}/*`) return 2;
  return name === '*/*' ? 1 : 0;
}
