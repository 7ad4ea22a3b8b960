import { dictionary } from '@zxcvbn-ts/language-common'

/**
 * The passwords that leaks show most often, in lower case. Whoever guesses tries these first. The package has about 49,000, of which 18,000 are
 * long enough to be chosen here. It takes 2 MB and, once at the start, 30 ms.
 */
const common = new Set(dictionary['passwords-common'].filter((password) => password.length >= 8))

/** Capitals do not make a common password rare. */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase())
}
