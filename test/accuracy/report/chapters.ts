import type { Chapter } from '../case.ts';

/** The cases whose names or chapters hold one of the words. No words: all. */
export function chosen(chapters: readonly Chapter[], words: readonly string[]): Chapter[] {
  const fits = (text: string) => words.length === 0 || words.some((word) => text.toLowerCase().includes(word.toLowerCase()));
  return chapters
    .map(({ title, cases }) => ({ title, cases: cases.filter(({ name }) => fits(`${title}: ${name}`)) }))
    .filter(({ cases }) => cases.length > 0);
}
