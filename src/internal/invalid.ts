/**
 * The reason why a text is invalid, as a phrase: `it is empty`. The caller adds the name
 * and place of the text and turns it into an error with a code.
 */
export class Invalid extends Error {}
