import { useLanguage } from '../words.tsx'
import { de } from './words.de.ts'
import { en, type ReportWords } from './words.en.ts'

/** The texts of reports, and their formats of numbers and days. These texts come with the pages, so that learners never load them. */
export function useReportWords() {
  const { language } = useLanguage()
  const say: ReportWords = { en, de }[language]
  const numbers = new Intl.NumberFormat(language)
  const percents = new Intl.NumberFormat(language, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  // A day is a date of the tenant's already, and midnight in UTC stands for it.
  const writeDay = (style: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' })
    return (day: string) => format.format(new Date(day))
  }
  return {
    say,
    number: (value: number) => numbers.format(value),
    percent: (value: number) => percents.format(value),
    longDay: writeDay({ dateStyle: 'long' }),
    shortDay: writeDay({ day: 'numeric', month: 'short' }),
  }
}
