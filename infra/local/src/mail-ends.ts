import { randomBytes } from 'node:crypto'
import { waitFor } from '@coursewire/servers'
import { callApi } from '@coursewire/setup'
import { createLearner, findMails, type Learner, patience, type Step, signIn, tokenOf } from './journey.ts'
import type { Product } from './stack.ts'

interface Mail {
  id: string
  status: string
  reason: string | null
}

/**
 * Follows the welcome mail of an enrolled learner until it is delivered and, on an admin's word, sent again; and that of another learner, whose
 * address does not exist, until nothing is sent there any more. Yields each step once it has really happened.
 */
export async function* followMails(stack: Product, learner: Learner, courseId: string): AsyncGenerator<Step> {
  const { web, enrollmentApi } = stack.urls
  const admin = await createLearner(stack, { name: 'Ada Admin', flags: ['--role', 'admin'] })
  const { token } = await signIn(stack, admin)

  /** Waits until the welcome mail of the learner has this state. */
  async function until(status: string, { token: own }: { token: string }): Promise<Mail> {
    const { id: recipient } = await callApi<{ id: string }>(`${enrollmentApi}/api/me`, { token: own })
    const url = `${web}/api/admin/mails?template=welcome&recipient=${recipient}`
    return waitFor(
      async () => (await callApi<{ items: Mail[] }>(url, { token })).items.find((mail) => mail.status === status),
      { ...patience, timeoutMs: 120_000, message: `a mail that is ${status}` },
    )
  }
  const resend = ({ id }: Mail, reason: string) =>
    callApi(`${web}/api/admin/mails/${id}/resend`, { token, body: { reason } })

  const delivered = await until('delivered', await signIn(stack, learner))
  yield { name: 'mail delivered', details: `SES says so through SNS: ${delivered.id}` }

  await resend(delivered, 'The learner has deleted it')
  const copies = await waitFor(
    async () => {
      const mails = (await findMails(stack, learner)).filter((mail) => !tokenOf(mail))
      return mails.length > 1 && mails
    },
    { ...patience, message: 'the mail to be in the inbox again' },
  )
  yield { name: 'sent again', details: `an admin has given a reason; ${copies.length} copies in the inbox` }

  const unknown = await createLearner(stack, { email: `bounce+${randomBytes(4).toString('hex')}@example.com` })
  const session = await signIn(stack, unknown)
  await callApi(`${enrollmentApi}/api/enrollments`, { token: session.token, body: { courseId } })
  const bounced = await until('bounced', session)
  yield { name: 'mail bounced', details: `${unknown.email}: ${bounced.reason}` }

  await resend(bounced, 'Perhaps it arrives now')
  const suppressed = await until('suppressed', session)
  yield { name: 'not sent again', details: `${suppressed.reason}; an admin can lift that` }
}
