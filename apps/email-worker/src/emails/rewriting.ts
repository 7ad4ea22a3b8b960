import { AppError } from '@coursewire/service-kit'
import type { Directory } from './directory.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Mail } from './mailer.ts'
import { getTemplate, type Sources } from './templates.ts'

const BLANK = 'blanked'

/**
 * Writes a mail anew, from what is known today. Its secret links lead nowhere, because whoever reads it is not its recipient. Throws a
 * `conflict` AppError if it could not be sent today.
 */
export async function rewrite(email: LedgerEntry, sources: Sources): Promise<Pick<Mail, 'subject' | 'html' | 'text'>> {
  const { directory } = sources
  const blanked: Directory = {
    ...directory,
    async getAccountRequest(asker) {
      const request = await directory.getAccountRequest(asker)
      return { ...request, token: request.token && BLANK }
    },
    getRecipient: async (...asked) => ({ ...(await directory.getRecipient(...asked)), unsubscribeToken: BLANK }),
  }
  try {
    const due = { ...email, priority: 0, isOld: false }
    const { subject, html, text } = await getTemplate(email.template).write(due, { ...sources, directory: blanked })
    return { subject, html, text }
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === 'unavailable') throw error
    throw new AppError('conflict', 'mail.not-writable', `The mail cannot be written today: ${error.message}`)
  }
}
