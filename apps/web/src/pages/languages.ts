import type { FastifyRequest } from 'fastify'
import { chooseLanguage, type Language, languages } from '../storefront/wording.ts'

/** The language of ours that a reader likes best, English if there is none. */
export function readerLanguage({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  const wanted = (headers['accept-language'] ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return { language: tag.split('-', 1)[0] ?? '', weight: weight === undefined ? 1 : Number(weight.slice(2)) }
    })
    .filter(({ language, weight }) => weight > 0 && languages.includes(language as Language))
    .sort((a, b) => b.weight - a.weight)
  return chooseLanguage(wanted[0]?.language ?? 'en')
}
