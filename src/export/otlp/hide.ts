import { encodedHider } from './hide-encoded.ts';

/** Replaces a hidden text. */
export const HIDDEN = '<hidden>';

const LONGEST = 300;

/** An error's message without filler words: `UNAVAILABLE: connect ECONNREFUSED 127.0.0.1:4317`. */
export function plain(message: string): string {
  return message
    .replace(/^\d+ (?=[A-Z_]+: )/, '')
    .replace(/^UNAVAILABLE: .*Protocol error.*$/, 'UNAVAILABLE: the server there does not speak gRPC; it may be a port of OTLP/HTTP (4318, OTLP/gRPC has 4317)')
    .replace(/^.*SSL routines:.*(?:wrong version number|packet length too long).*$/, 'the server there does not speak TLS: use http:// or its port for TLS')
    .replace('No connection established. Last error: ', '')
    .replace('Error: ', '')
    .replace(/\.?\s*Resolution note:\s*$/, '');
}

/**
 * Removes secrets from messages, because a collector may repeat a header that it
 * refuses. Also makes messages short and one line.
 * @param secrets those shorter than four characters are ignored: any text may contain them
 */
export function hider(secrets: readonly string[]): (message: string) => string {
  const looked = secrets.filter((secret) => secret.length >= 4);
  // The longest first, so that no part of a longer one stays.
  const hidden = [...new Set(looked.flatMap(forms))].sort((a, b) => b.length - a.length);
  const hideEncoded = encodedHider(looked, HIDDEN);
  return (message) => {
    let text = hideEncoded(message);
    for (const secret of hidden) text = text.replaceAll(secret, HIDDEN);
    for (const secret of hidden) text = withoutBeginning(text, secret);
    text = text.replace(/\s+/g, ' ').trim();
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  };
}

/** Removes the beginning of a secret, which may come back truncated: at least half of it and eight characters. */
function withoutBeginning(text: string, secret: string): string {
  const least = Math.max(8, Math.ceil(secret.length / 2));
  if (least >= secret.length) return text;
  const [head, rest] = [secret.slice(0, least), secret.slice(least)];
  return text.split(head).reduce((before, after) => before + HIDDEN + after.slice(inCommon(rest, after)));
}

/** Length of the common prefix. */
function inCommon(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** A secret as it is, percent-encoded, and quoted in JSON. */
function forms(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}
