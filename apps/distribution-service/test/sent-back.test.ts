import { aGeneratedCourse } from '@coursewire/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { fieldNames } from '../src/entries/content.ts'
import { openAsEditor } from './helpers.ts'

let service: Awaited<ReturnType<typeof openAsEditor>>
beforeAll(async () => {
  service = await openAsEditor()
  return service.close
})

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    'Word',
    'Gärten für alle',
    '日本語',
    'Donau\u00addampf\u00adschiff',
    'نباتات',
    'K\u0308',
    '👩‍👩‍👧‍👦',
    'a'.repeat(90),
  ),
  fc.constantFrom(
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\n\n',
    '\u0085',
    '\u2028',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\u2066',
    '\ufe0f',
    '\u0301',
  ),
  fc.constantFrom(
    '# ',
    '**b**',
    '[a](b)',
    '- one\n- two',
    '<b>x</b>',
    '&amp;',
    '\\*',
    '|a|b|\n|-|-|\n|c|d|',
    '```\ncode\n```',
    '"',
    '\\',
  ),
)
const words = (max: number) => fc.array(piece, { maxLength: max }).map((pieces) => pieces.join(''))
const long = fc.tuple(words(5), fc.integer({ min: 1, max: 100 })).map(([text, times]) => text.repeat(times))
const language = fc.constantFrom('de', 'en', 'zh_CN', 'pt_BR.UTF-8', 'DE-at', 'iw', 'sr-latn-rs', 'ar')
const title = fc.oneof({ weight: 4, arbitrary: words(12) }, { weight: 1, arbitrary: long })
const description = fc.oneof({ weight: 4, arbitrary: words(40) }, { weight: 1, arbitrary: long })
const audiences = fc.array(words(4), { maxLength: 60 })

/** The fields of an answer that an editor may change. */
function editable(entry: Record<string, unknown>) {
  const names = [...fieldNames, 'slug', 'listed', 'protectedFields']
  return Object.fromEntries(names.map((name) => [name, entry[name]]))
}

async function sendBack(entry: { id: string }): Promise<void> {
  const before = await service.read(entry.id)
  const { status, body, events } = await service.change(entry.id, editable(before))
  expect({ status, body, events }).toEqual({ status: 200, body: before, events: [] })
}

async function findOfCourse(courseId: string) {
  const { body } = await service.call('GET', `?courseId=${encodeURIComponent(courseId)}`)
  return body.items[0]
}

let courses = 0
/** The event, or null where our own rules refuse it. */
function generate(payload: Parameters<typeof aGeneratedCourse>[0]) {
  try {
    return aGeneratedCourse(payload)
  } catch {
    return null
  }
}

describe('an entry that is sent back as it was read changes nothing', () => {
  it('whatever course it was made from', async () => {
    const course = fc.record({
      title,
      description: fc.option(description),
      language,
      target_audiences: fc.option(audiences),
    })
    const suffix = fc.constantFrom('', '_', ' ü', '日本')
    let accepted = 0

    await fc.assert(
      fc.asyncProperty(course, course, suffix, async (first, second, end) => {
        const courseId = `c${(courses += 1)}${end}`
        const made = generate({ ...first, course_id: courseId })
        const again = generate({ ...second, course_id: courseId, completed_at: '2026-01-01T00:00:00Z' })
        fc.pre(made !== null)
        accepted += 1

        await service.take(made)
        await sendBack(await findOfCourse(courseId))
        if (again) await service.take(again)
        await sendBack(await findOfCourse(courseId))
      }),
      { numRuns: 60 },
    )
    expect(accepted).toBeGreaterThan(20)
  })

  it('if its title is another entry’s, until its slug has three digits', async () => {
    const title = `${'gardens '.repeat(20)}`
    for (let n = 1; n <= 101; n += 1) await service.take(aGeneratedCourse({ course_id: `same-${n}`, title }))

    for (const n of [1, 2, 101]) await sendBack(await findOfCourse(`same-${n}`))
    expect((await findOfCourse('same-101')).slug).toMatch(/-101$/)
  })

  it('whatever an editor wrote, also into its variant', async () => {
    const draft = fc.record({
      title,
      description,
      language: fc.constantFrom('de', 'zh-hant', 'iw'),
      targetGroup: audiences,
    })
    let accepted = 0

    await fc.assert(
      fc.asyncProperty(draft, words(3), async (written, audience) => {
        const { status, body } = await service.call('POST', '', { courseId: `d${(courses += 1)}`, ...written })
        expect([201, 400]).toContain(status)
        fc.pre(status === 201)
        accepted += 1

        await sendBack(body)
        const variant = await service.call('POST', `/${body.id}/micro-niches`, { targetGroup: [audience] })
        if (variant.status === 201) await sendBack(variant.body)
      }),
      { numRuns: 60 },
    )
    expect(accepted).toBeGreaterThan(20)
  })

  it('if all its texts have the maximum length', async () => {
    const tags = (letter: string) =>
      Array.from({ length: 50 }, (_, n) => `${letter.repeat(99)}${String(n).padStart(2, '0')}`)
    const all = (letter: string) => ({
      title: letter.repeat(500),
      description: letter.repeat(20_000),
      targetGroup: tags(letter),
      seo: { metaTitle: letter.repeat(60), metaDescription: letter.repeat(155), metaKeywords: tags(letter) },
      cta: { label: letter.repeat(60) },
    })
    const { body } = await service.call('POST', '', { courseId: 'full', language: 'en', ...all('𝒜') })
    await service.call('POST', `/${body.id}/publish`)
    await sendBack(body)

    const { status, events } = await service.change(body.id, all('𝒷'))

    expect(status).toBe(200)
    expect(events).toMatchObject([{ payload: { old_values: { title: '𝒜'.repeat(500) } } }])
    await sendBack(body)
  })
})
