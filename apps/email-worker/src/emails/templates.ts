import { createHash } from 'node:crypto'
import {
  accountAddressChanged,
  accountAddressChangeRequested,
  accountNewsRequested,
  accountPasswordChanged,
  accountPasswordResetRequested,
  accountSignupRepeated,
  accountVerificationRequested,
  type EventDefinition,
  enrollmentCancelled,
  enrollmentCompleted,
} from '@coursewire/events'
import { type Handler, on, onRun } from '@coursewire/messaging'
import { AppError, type Database, type Logger, now } from '@coursewire/service-kit'
import { type Announcement, getAnnouncement, NOT_PUBLIC, templateOf } from '../news/repository.ts'
import { composeAccountMail, type Purpose } from './account-mail.tsx'
import type { Directory } from './directory.ts'
import { type Email, toAccountEmail, toEnrollmentEmail } from './email.ts'
import { onEnrollmentCancelled, owe } from './handlers.ts'
import type { Mail } from './mailer.ts'
import { composeNewsMail } from './news-mail.ts'
import { composeCancellationMail, composeWelcomeMail } from './welcome-mail.ts'

/** A mail is written from these sources. */
export interface Sources {
  db: Database
  directory: Directory
  webUrl: string
}

/** A kind of mail. */
export interface Template {
  /** Consumes the event that asks for the mail, if there is one for each mail. */
  createHandler?: (logger: Logger) => Handler
  /** Whether its fact is a course. It can be sent again; a mail about an account cannot, since its link ends. */
  isAboutCourse: boolean
  /** The log says this before it is sent. */
  describe: (email: Email) => { message: string; fields: object }
  /** Fetches what the mail needs, and writes it. An AppError says why that failed, and whether it may succeed later. */
  write: (email: Email, sources: Sources) => Promise<Mail>
}

const welcome: Template = {
  createHandler: (logger) =>
    onRun(
      enrollmentCompleted,
      owe({
        logger,
        message: 'Received enrollment event',
        toEmail: (event) => toEnrollmentEmail('welcome', event),
      }),
    ),
  isAboutCourse: true,
  describe: ({ recipient, source }) => ({
    message: 'Processing enrollment email',
    fields: { studentId: recipient, source },
  }),
  async write(email, sources) {
    const { student, course, ...options } = await getEnrollment(email, sources)
    return composeWelcomeMail(student, course, {
      ...options,
      source: email.source,
      enrolment: nameEnrolment(email),
      at: now(),
    })
  },
}

const cancellation: Template = {
  createHandler: (logger) => on(enrollmentCancelled, onEnrollmentCancelled(logger)),
  isAboutCourse: true,
  describe: ({ recipient }) => ({ message: 'Processing cancellation email', fields: { studentId: recipient } }),
  async write(email, sources) {
    const { student, course, ...options } = await getEnrollment(email, sources)
    return composeCancellationMail(student, course, options)
  },
}

/** Returns the same name for each mail about an enrolment, which tells nothing else. */
function nameEnrolment({ tenantId, recipient, fact }: Email): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, recipient, fact]))
    .digest('base64url')
}

/** Fetches what a mail about an enrolment needs. */
async function getEnrollment(email: Email, { directory, webUrl }: Sources) {
  const [tenant, student, course] = await Promise.all([
    directory.getTenant(email),
    directory.getStudent(email),
    directory.getCourse(email),
  ])
  return { tenant, student, course, webUrl }
}

/** A mail that a request of an account asks for. The request knows the address, and the token if the mail has a link. */
function accountMail<Type extends string>(
  purpose: Purpose,
  event: EventDefinition<Type, (typeof accountVerificationRequested)['payload']>,
): Template {
  return {
    createHandler: (logger) =>
      onRun(
        event,
        owe({ logger, message: 'Received account event', toEmail: (asked) => toAccountEmail(purpose, asked) }),
      ),
    isAboutCourse: false,
    describe: ({ recipient }) => ({
      message: 'Processing account email',
      fields: { accountId: recipient, template: purpose },
    }),
    async write(email, { directory, webUrl }) {
      const [tenant, request] = await Promise.all([directory.getTenant(email), directory.getAccountRequest(email)])
      if (request.purpose !== purpose || request.accountId !== email.recipient) {
        throw new AppError('invalid', 'request.mismatch', 'the request is for another mail')
      }
      return composeAccountMail(purpose, request, { tenant, webUrl })
    },
  }
}

/** News about a course. The listeners in `src/news` write its rows. */
function news(kind: Announcement['kind']): Template {
  return {
    isAboutCourse: true,
    describe: ({ recipient, announcementId }) => ({
      message: 'Processing news email',
      fields: { recipient, announcementId },
    }),
    async write(email, { db, directory, webUrl }) {
      const { distributionId, versions } = await getAnnouncement(db, email.announcementId)
      const [tenant, course, recipient] = await Promise.all([
        directory.getTenant(email),
        directory.getDistribution(email, distributionId),
        directory.getRecipient(email, { kind, courseId: email.fact }),
      ])
      if (!course?.public) throw new AppError('gone', 'course.not-public', NOT_PUBLIC)
      const unsubscribeUrl = `${webUrl}/unsubscribe/${encodeURIComponent(recipient.unsubscribeToken)}`
      return composeNewsMail(
        kind,
        { recipient: { ...recipient, unsubscribeUrl }, course, versions },
        { tenant, webUrl },
      )
    },
  }
}

/** Every kind of mail, by its name in the ledger. */
export const templates = {
  welcome,
  enrollment_cancelled: cancellation,
  verification: accountMail('verification', accountVerificationRequested),
  signup_repeated: accountMail('signup_repeated', accountSignupRepeated),
  password_reset: accountMail('password_reset', accountPasswordResetRequested),
  password_changed: accountMail('password_changed', accountPasswordChanged),
  address_change: accountMail('address_change', accountAddressChangeRequested),
  address_changed: accountMail('address_changed', accountAddressChanged),
  news_confirmation: accountMail('news_confirmation', accountNewsRequested),
  [templateOf.launch]: news('launch'),
  [templateOf.notice]: news('notice'),
  [templateOf.change]: news('change'),
} satisfies Record<string, Template>

const byName = new Map<string, Template>(Object.entries(templates))

/** Throws a `not-found` AppError for a kind that only another version knows, as in a rolling deployment. */
export function getTemplate(name: string): Template {
  const template = byName.get(name)
  if (!template) throw new AppError('not-found', 'template.not-found', 'this version does not know the template')
  return template
}
