/** Letters of base64, base64url and hexadecimal. */
const ENCODED = /[\w+/-]{4,}={0,2}/g;

/**
 * Removes words that contain an encoded secret (base64, base64url, hexadecimal). It
 * removes whole words, because their ends reveal a part of the secret too.
 * @param hidden the replacement
 */
export function encodedHider(secrets: readonly string[], hidden: string): (text: string) => string {
  const base64 = [...new Set(secrets.flatMap(base64Parts))];
  const hex = [...new Set(secrets.map((secret) => Buffer.from(secret).toString('hex')))];
  return (text) =>
    text.replace(ENCODED, (word) => {
      const standard = word.replaceAll('-', '+').replaceAll('_', '/');
      const lower = word.toLowerCase();
      return base64.some((part) => standard.includes(part)) || hex.some((part) => lower.includes(part)) ? hidden : word;
    });
}

/**
 * The strings of which one is part of the base64 of any text with the secret. Three
 * bytes are four letters, so there are three alignments. The letters at both ends depend
 * on the neighbours and are left out.
 */
function base64Parts(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return letters.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
}
