import { runHere } from '@coursewire/operations'
import { ApiError } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { imagineCourse } from '../src/imagined-course.ts'
import { withPatience } from '../src/patience.ts'
import { createSeed } from '../src/seed.ts'
import { createCensus, type Entry } from '../src/seed-census.ts'

const seed = (...args: string[]) => runHere((terminal) => createSeed({ ...terminal, target: null }), {}, args)

describe('seed', () => {
  it.each([
    [['--courses=0'], '→ at courses'],
    [['--courses', '1000001'], '→ at courses'],
    [['--courses', '1.5'], '→ at courses'],
    [['--courses', 'many'], '→ at courses'],
    [['--curses=5'], "Unknown option '--curses'"],
    [['500'], 'Unexpected argument: 500'],
  ])('%j is a wrong use', async (args, message) => {
    const { code, out, err } = await seed(...args)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })

  it('says what to do if nothing is running', async () => {
    expect(await seed()).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('run npm start or docker compose up first'),
    })
  })

  it('explains itself', async () => {
    const { code, out } = await seed('--help')

    expect(code).toBe(0)
    expect(out).toMatch(/npm run seed -- \[OPTIONS\][^]+--courses=<courses> .+\(default: 1000\)/)
  })
})

describe('the census of a seed', () => {
  const anEntry = (number: number, differing: Partial<Entry> = {}): Entry => ({
    id: `dist_${number}`,
    courseId: `seed-${String(number).padStart(6, '0')}`,
    title: imagineCourse(number - 1).title,
    visibility: 'private',
    derivedFrom: null,
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    ...differing,
  })

  it('sends each course that does not exist yet once, and waits for it', () => {
    const census = createCensus(5)
    census.meet(anEntry(2, { visibility: 'public' }))

    expect(census.takeMissing(3).map(({ course_id }) => course_id)).toEqual([
      'seed-000001',
      'seed-000003',
      'seed-000004',
    ])
    expect(census.takeMissing(3).map(({ course_id }) => course_id)).toEqual(['seed-000005'])
    expect(census.takeMissing(3)).toEqual([])
    expect([census.countWaiting(), census.countPublic()]).toEqual([4, 1])
  })

  it('counts the existing courses, however many are sent meanwhile', () => {
    const census = createCensus(4)
    census.takeMissing(2)

    const counts = [1, 2].map((number) => {
      census.meet(anEntry(number))
      census.takeMissing(1)
      return [census.countMet(), census.countWaiting()]
    })

    expect(counts).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('publishes the entry of a course once', () => {
    const census = createCensus(1)
    census.takeMissing(1)

    const entries = [anEntry(1), anEntry(1), anEntry(1, { visibility: 'public' })]
    expect(entries.map((entry) => census.meet(entry))).toEqual([true, false, false])
    expect([census.countWaiting(), census.countPublic()]).toEqual([0, 0])
  })

  it.each([
    ['edited', { title: 'Another', updatedAt: '2026-01-02T00:00:00Z' }],
    ['taken back', { updatedAt: '2026-01-02T00:00:00Z' }],
    ['derived', { derivedFrom: 'dist_0' }],
    ['made by hand', { title: 'Another' }],
  ])('does not touch an entry that somebody has %s', (_, differing) => {
    const census = createCensus(1)

    expect(census.meet(anEntry(1, differing))).toBe(false)
    expect([census.countKept(), census.takeMissing(1)]).toEqual([1, []])
    census.meet(anEntry(1, { visibility: 'public' }))
    expect([census.countKept(), census.countPublic()]).toEqual([0, 1])
  })

  it('ignores entries that are not from the seed', () => {
    const census = createCensus(1)

    for (const courseId of ['seed-000002', 'seed-0', 'seed-', 'reseed-000001', 'c-1']) {
      expect(census.meet(anEntry(1, { courseId }))).toBe(false)
    }
    expect(census.takeMissing(2)).toHaveLength(1)
  })
})

describe('patience', () => {
  function failTimes(times: number, error: Error) {
    let left = times
    return async () => {
      left -= 1
      if (left >= 0) throw error
      return 'done'
    }
  }

  it('survives a short outage of a server', async () => {
    expect(await withPatience(failTimes(1, new ApiError(503, '503 from it')))).toBe('done')
    expect(await withPatience(failTimes(1, new TypeError('fetch failed')))).toBe('done')
  })

  it('ends', async () => {
    const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })

    await expect(withPatience(failTimes(100, refused), 300)).rejects.toThrow(
      'Gave up after 0.3 s: connect ECONNREFUSED',
    )
  })

  it('does not repeat a refused call', async () => {
    await expect(withPatience(failTimes(1, new ApiError(409, '409 from it')))).rejects.toThrow('409 from it')
  })
})
