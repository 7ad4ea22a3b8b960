import { useLanguage } from '../words.tsx'
import { de } from './words.de.ts'
import { type AuditWords, en } from './words.en.ts'

/** The texts of the audit log. These texts come with its pages, so that learners never load them. */
export function useAuditWords() {
  const { language } = useLanguage()
  const say: AuditWords = { en, de }[language]
  const times = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  return { say, time: (moment: string) => times.format(new Date(moment)) }
}
