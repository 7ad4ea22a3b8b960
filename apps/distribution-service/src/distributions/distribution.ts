import { isDeepStrictEqual } from 'node:util'
import type { seo, visibility } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import type { z } from 'zod'
import { countCharacters, cutAtCharacter, cutAtWord } from './text.ts'

export type Visibility = z.infer<typeof visibility>
export type Seo = z.infer<typeof seo>
export type Cta = { label: string; type: string }

const seoLimits = { metaTitle: 60, metaDescription: 155 }

/** What a distribution says about its course. */
export type Content = {
  title: string
  description: string
  language: string
  targetGroup: string[]
  seo: Seo
  cta: Cta
}

export type Staging = { stagingUrl: string | null; stagingDeployedAt: string | null }

export type Distribution = Content &
  Staging & {
    id: string
    tenantId: string
    courseId: string
    /** Made from the course's generation: the one that follows it, and there is one a course. */
    isGenerated: boolean
    derivedFrom: string | null
    slug: string
    visibility: Visibility
    version: number
    createdAt: string
    updatedAt: string
  }

export type CourseContent = Pick<Content, 'title' | 'description' | 'language' | 'targetGroup'>
export type Change = Partial<Content & Staging>

/** Everything a distribution says by default, by what is known of its course. */
export function deriveContent({ title, description, language, targetGroup }: CourseContent): Content {
  return {
    title,
    description,
    language,
    targetGroup,
    seo: {
      meta_title: cutAtCharacter(title, seoLimits.metaTitle),
      meta_description: cutAtWord(description, seoLimits.metaDescription),
      meta_keywords: targetGroup,
    },
    cta: { label: isGerman(language) ? 'Jetzt einschreiben' : 'Enroll now', type: 'primary_button' },
  }
}

function isGerman(language: string): boolean {
  return /^de([-_]|$)/i.test(language)
}

/** Of what is wanted, what truly differs; null when nothing does. */
export function findChange(distribution: Distribution, wanted: Change): Change | null {
  const differing = Object.entries(wanted).filter(
    ([field, value]) => !isDeepStrictEqual(value, distribution[field as keyof Change]),
  )
  return differing.length > 0 ? Object.fromEntries(differing) : null
}

/** Throws a `conflict` that names what is missing or too long for the public to see. */
export function assertPublishable({ id, title, description, language, seo }: Distribution): void {
  const wants: [field: string, text: string, limit: number][] = [
    ['title', title, Number.POSITIVE_INFINITY],
    ['description', description, Number.POSITIVE_INFINITY],
    ['language', language, Number.POSITIVE_INFINITY],
    ['seo.meta_title', seo.meta_title, seoLimits.metaTitle],
    ['seo.meta_description', seo.meta_description, seoLimits.metaDescription],
  ]
  const missing = wants.filter(([, text]) => text === '').map(([field]) => field)
  const tooLong = wants.filter(([, text, limit]) => countCharacters(text) > limit).map(([field]) => field)
  if (missing.length + tooLong.length === 0) return
  const reasons = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(tooLong.length > 0 ? [`too long ${tooLong.join(', ')}`] : []),
  ]
  throw new AppError('conflict', 'distribution.incomplete', `Not complete: ${reasons.join('; ')}`, {
    distributionId: id,
  })
}
