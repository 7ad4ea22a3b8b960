import { describe, expect, it } from 'vitest'
import { deriveContent } from './content.ts'
import { assertPublishable, type Distribution, findChange, newDistribution } from './distribution.ts'

const course = {
  title: 'Alternativen zu Banken & Sparkassen',
  description: 'Ein praxisnaher Grundlagenkurs.',
  language: 'de',
  targetGroup: ['private_individuals'],
}

function aDistribution(overrides: Partial<Distribution> = {}): Distribution {
  return {
    ...newDistribution(
      { tenantId: 'acme', courseId: 'course_1', stagingUrl: null, stagingDeployedAt: null },
      '2025-12-28T10:30:00.123456Z',
    ),
    ...deriveContent(course),
    slug: 'alternativen',
    updatedAt: '2025-12-28T10:30:00.123456Z',
    ...overrides,
  }
}

describe('the default content of a distribution', () => {
  it('comes from its course', () => {
    expect(deriveContent(course)).toEqual({
      ...course,
      workload: null,
      startsAt: null,
      welcomeText: '',
      seo: {
        metaTitle: 'Alternativen zu Banken & Sparkassen',
        metaDescription: 'Ein praxisnaher Grundlagenkurs.',
        metaKeywords: ['private_individuals'],
      },
      cta: { label: 'Jetzt einschreiben', type: 'primary_button' },
      experiment: null,
    })
  })

  it('has SEO texts of the length that search engines show', () => {
    const { seo } = deriveContent({ ...course, title: 't'.repeat(80), description: 'word '.repeat(40) })

    expect(seo.metaTitle).toBe('t'.repeat(60))
    expect(seo.metaDescription).toBe('word '.repeat(31).trimEnd())
  })

  it.each(['***', '<br>', '![](picture.png)'])(
    'gives search engines the title where the description is %s',
    (description) => {
      expect(deriveContent({ ...course, description }).seo.metaDescription).toBe(course.title)
    },
  )

  it.each([
    ['de', 'Jetzt einschreiben'],
    ['de-AT', 'Jetzt einschreiben'],
    ['DE', 'Jetzt einschreiben'],
    ['den', 'Enroll now'],
    ['en', 'Enroll now'],
    ['fr', 'Enroll now'],
  ])('in %s has the call to action %s', (language, label) => {
    expect(deriveContent({ ...course, language }).cta.label).toBe(label)
  })
})

describe('a change', () => {
  it('has the fields that really differ', () => {
    const wanted = { ...deriveContent(course), title: 'Neu', targetGroup: ['private_individuals', 'students'] }

    expect(findChange(aDistribution(), wanted)).toEqual({ title: 'Neu', targetGroup: wanted.targetGroup })
  })

  it('is empty when nothing differs, whatever the order of properties', () => {
    const { metaTitle, metaDescription, metaKeywords } = deriveContent(course).seo

    expect(findChange(aDistribution(), { seo: { metaKeywords, metaDescription, metaTitle } })).toEqual({})
  })
})

describe('the public sees only complete entries', () => {
  it('such as this one', () => {
    expect(() => assertPublishable(aDistribution())).not.toThrow()
  })

  it('and gets the name of each field that is missing or too long', () => {
    const { seo } = deriveContent(course)
    const incomplete = aDistribution({
      description: '',
      language: '',
      seo: { ...seo, metaTitle: '𝒜'.repeat(61), metaDescription: '' },
    })

    expect(() => assertPublishable(incomplete)).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        code: 'distribution.incomplete',
        message:
          'The distribution is incomplete: missing description, language, seo.metaDescription; too long seo.metaTitle',
      }),
    )
  })

  it('whose length is counted in code points', () => {
    const { seo } = deriveContent(course)

    expect(() => assertPublishable(aDistribution({ seo: { ...seo, metaTitle: '𝒜'.repeat(60) } }))).not.toThrow()
  })
})
