// The floor of a mail: the same two GETs, one render, one SendRawEmail; no ledger, no Kafka, no log. Each message orders mails, with a
// limit on how many are sent at a time and per second. The answer has the duration of each mail and of all.
import { setTimeout as sleep } from 'node:timers/promises'
import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses'
import MailComposer from 'nodemailer/lib/mail-composer'

const { ENROLLMENT_API_URL, DISTRIBUTION_SERVICE_URL, WEB_URL, EMAIL_FROM, TOKEN } = process.env

const source = new URL('../../../apps/email-worker/src/emails/', import.meta.url)
const { composeWelcomeMail } = await import(new URL('welcome-mail.ts', source).href)
const { product } = await import(new URL('tenant.ts', source).href)
const client = new SESClient({ maxAttempts: 1 })
const options = { headers: { authorization: `Bearer ${TOKEN}` } }

async function get(url) {
  const response = await fetch(url, options)
  if (!response.ok) throw new Error(`${response.status} from ${url}`)
  return response.json()
}

async function send({ studentId, courseId }) {
  const [student, course] = await Promise.all([
    get(`${ENROLLMENT_API_URL}/internal/students/${studentId}`),
    get(`${DISTRIBUTION_SERVICE_URL}/internal/courses/${courseId}`),
  ])
  const mail = await composeWelcomeMail(student, course, {
    tenant: product,
    webUrl: WEB_URL,
    source: null,
    enrolment: studentId,
    at: '',
  })
  const { to, subject, html, text } = mail
  const raw = await new MailComposer({ from: EMAIL_FROM, to, subject, html, text, newline: '\r\n' }).compile().build()
  await client.send(new SendRawEmailCommand({ Destinations: [to], RawMessage: { Data: raw } }))
}

async function sendAll({ studentIds, courseId, inFlight, perSecond }) {
  const startedAt = performance.now()
  const tookMs = []
  let next = 0
  async function sendNext() {
    while (next < studentIds.length) {
      const index = next++
      const waitMs = startedAt + (index * 1000) / perSecond - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      const sentAt = performance.now()
      await send({ studentId: studentIds[index], courseId })
      tookMs.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sendNext))
  process.send({ tookMs, seconds: (performance.now() - startedAt) / 1000 })
}

process.on('message', (order) => void sendAll(order))
process.once('disconnect', () => process.exit())
process.send('ready')
