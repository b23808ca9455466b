/**
 * Why a text cannot be used, as a phrase: `it is empty`. Who reads the text adds
 * whose it is and where it stands, and makes it an error with a code.
 */
export class Invalid extends Error {}
