import type { Problem as MailProblem } from '@coursewire/api-client/email-worker'
import type { Problem } from '@coursewire/api-client/enrollment-api'
import { Refusal } from './api.ts'
import type { Words } from './words.en.ts'

type Code = Problem['code'] | MailProblem['code']
/** What only editors, admins and services are told. */
type ForOthers =
  | 'client.invalid'
  | 'tenant.forbidden'
  | `student.${string}`
  | 'scope.insufficient'
  | `account-mail.${string}`
  | `recipient.${string}`
  | `if-match.${string}`
  | 'sender.not-allowed'
  | 'user.not-found'
  | 'account.own'
  | 'verification.not-needed'
  | 'mail.suppressed'
  | 'mail.not-writable'
  | 'interventions.too-many'
  | 'suppression.not-found'

/** What learners may be told. A code that the API adds is a compile error until it has words, or is for others. */
export type ProblemWords = Record<Exclude<Code, ForOthers>, string>

const hasCode = (error: unknown, code: Code) => error instanceof Refusal && error.code === code

export const isUnverified = (error: unknown): boolean => hasCode(error, 'account.unverified')
export const isLinkInvalid = (error: unknown): boolean => hasCode(error, 'link.invalid')

/** Whether the same call may succeed later without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof Refusal) || error.status >= 500 || error.status === 429 || error.status === 401
}

/** What went wrong, and what to do next. */
export function explain(error: unknown, words: Words): string {
  if (!navigator.onLine) return words.offline
  if (!(error instanceof Refusal)) return words.unreachable
  const { status, code, retryAfterSeconds } = error
  const text = code in words.problems ? words.problems[code as keyof ProblemWords] : textOf(status, words)
  return retryAfterSeconds === undefined ? text : `${text} ${words.waitThen(retryAfterSeconds)}`
}

function textOf(status: number, { problems }: Words): string {
  if (status === 429) return problems['attempts.too-many']
  if (status === 502 || status === 503 || status === 504) return problems['service.unavailable']
  return problems['server.error']
}
