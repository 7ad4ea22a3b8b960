/** How often something may happen to one subject. */
export interface Rule {
  atMost: number
  /** Counted from the first attempt. Then the count begins anew. */
  windowSeconds: number
  /**
   * The pause after attempt `atMost`; it doubles with each further attempt. Without pauses, nothing more is allowed until the window ends.
   */
  pauses?: { firstSeconds: number; longestSeconds: number }
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const pauses = { firstSeconds: 1, longestSeconds: 15 * MINUTE }

/**
 * All limits of this service. The comments name the subject. An `address` is what `addressOf` returns and has no tenant, because one caller can
 * reach all tenants.
 */
export const rules = {
  /** address. Failures only: many people of a school or company may share one. */
  signInsFromAddress: { atMost: 300, windowSeconds: HOUR, pauses },
  /** tenant, address to sign in with, network. Failures only. */
  signInsFromNetwork: { atMost: 10, windowSeconds: 12 * HOUR, pauses },
  /** tenant, address to sign in with. Failures only. Only many networks together can reach it. */
  signInsToAccount: { atMost: 100, windowSeconds: 12 * HOUR, pauses },
  /** tenant, address to sign in with, address. Failures since the last success of a known person, who is known until the window ends. */
  signInsOfPerson: { atMost: 20, windowSeconds: 23 * HOUR, pauses },
  /** address */
  clientsFromAddress: { atMost: 60, windowSeconds: MINUTE },
  /** address */
  signUpsFromAddress: { atMost: 100, windowSeconds: HOUR },
  /** address */
  subscriptionsFromAddress: { atMost: 100, windowSeconds: HOUR },
  /** address */
  resetsFromAddress: { atMost: 50, windowSeconds: HOUR },
  /** address. Links and refresh tokens that are not valid. Valid ones are not counted and never refused. */
  badTokensFromAddress: { atMost: 300, windowSeconds: HOUR },
  /** tenant, account. Wrong current passwords of somebody who is signed in. */
  passwordOfAccount: { atMost: 10, windowSeconds: 12 * HOUR, pauses },
  /** tenant, account. Changes that cause a mail, which may go to strangers. */
  changesOfAccount: { atMost: 10, windowSeconds: DAY },
  /** tenant, account. Each one asks every service. */
  exportsOfAccount: { atMost: 20, windowSeconds: HOUR },
  /** tenant, address to write to in the form for comparison. Mails that were asked for, whether they were sent or not. */
  mailsToAddress: { atMost: 10, windowSeconds: DAY },
  /**
   * tenant, address to write to. Those of the mails above that somebody causes by signing up with the address, by moving an account to it, or
   * by asking for news there. None of them has a link to an account that exists. Two windows of this rule overlap one of the above and allow 9 mails in it, so strangers cannot use up
   * all ten without a link to reset the password.
   */
  signUpsToAddress: { atMost: 5, windowSeconds: DAY },
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof rules
