import { encodedHider } from './hide-encoded.ts';

/** Stands for a text that must not be shown. */
export const HIDDEN = '<hidden>';

const LONGEST = 300;

/** A gRPC error's message without the words that say nothing: `UNAVAILABLE: connect ECONNREFUSED 127.0.0.1:4317`. */
export function plain(message: string): string {
  return message
    .replace(/^\d+ (?=[A-Z_]+: )/, '')
    .replace('No connection established. Last error: ', '')
    .replace('Error: ', '')
    .replace(/\.?\s*Resolution note:\s*$/, '');
}

/**
 * Takes secrets out of messages: a collector may repeat a header that it does
 * not accept. Messages come out short and in one line.
 * @param secrets shorter ones than four characters are not looked for: they are part of any text
 */
export function hider(secrets: readonly string[]): (message: string) => string {
  const looked = secrets.filter((secret) => secret.length >= 4);
  // The longest first, so that no part of one stays.
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

/** Without what a secret begins with, at least half of it and eight characters: it may come back cut off. */
function withoutBeginning(text: string, secret: string): string {
  const least = Math.max(8, Math.ceil(secret.length / 2));
  if (least >= secret.length) return text;
  const [head, rest] = [secret.slice(0, least), secret.slice(least)];
  return text.split(head).reduce((before, after) => before + HIDDEN + after.slice(inCommon(rest, after)));
}

/** How many characters two texts have in common from their start. */
function inCommon(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** A secret as it stands, and as it may come back: in a URL, or quoted in JSON. */
function forms(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}
