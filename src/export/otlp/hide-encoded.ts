/** Letters of base64, its form for URLs and hexadecimal digits among them. */
const ENCODED = /[\w+/-]{4,}={0,2}/g;

/**
 * Takes out the words of a text in which a secret is encoded, in base64, its form
 * for URLs, or hexadecimal: whole words, for the ends of one tell of the secret too.
 * @param hidden what takes the word's place
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
 * What base64 of any text with the secret in it contains: three bytes are four
 * letters, so there are three ways, by where in the text the secret begins. The
 * letters at its ends depend on its neighbours and are left out.
 */
function base64Parts(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return letters.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
}
