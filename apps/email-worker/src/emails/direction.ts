// The Unicode blocks for right-to-left scripts such as Hebrew and Arabic.
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Makes a text safe within a sentence: right-to-left text does not reverse what surrounds it. */
export function isolate(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text
}

/** Removes the characters that change the direction of the following text. In text from outside they could reach beyond it. */
export function dropTurns(text: string): string {
  return text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')
}
