import type { EventEnvelope } from '@coursewire/events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aDeletion, aDistribution, anExperimentChange, armClicks, armViews, startWorld } from './helpers.ts'

const path = '/api/insights/distributions/dist_1/experiment'
const arms = [
  { label: 'Enroll now', cta_type: 'plain' },
  { label: 'Start today', cta_type: 'eager' },
]
const split = [50, 50]
/** In the first days of a March. */
const at = (day: number, time: string) => `2026-03-0${day}T${time}Z`
const begin = (day: number, time: string, fields = {}) =>
  anExperimentChange('dist_1', at(day, time), { arms, split, ends_at: '2999-01-01T00:00:00Z', ...fields })
const views = (day: number, time: string, ctaType: string, total: number) =>
  armViews('dist_1', at(day, time), ctaType, total)
const clicks = (day: number, time: string, ctaType: string, total: number) =>
  armClicks('dist_1', at(day, time), ctaType, total)

type World = Awaited<ReturnType<typeof startWorld>>
const readReport = async ({ get }: World) => (await get(path)).json()
const readRows = async ({ db }: World) =>
  (await db.$client.query('SELECT * FROM cta_totals ORDER BY kind, cta_type, at')).rows

/** An experiment of a day, with what was counted before it, in it and after it. */
const story: EventEnvelope[] = [
  aDistribution('dist_1'),
  views(1, '12:00:00', 'plain', 500),
  clicks(1, '12:00:00', 'plain', 70),
  begin(2, '09:00:00', { ends_at: at(3, '09:00:00') }),
  // From pages that were open before.
  views(2, '09:00:40', 'plain', 510),
  clicks(2, '09:01:50', 'plain', 71),
  views(2, '10:00:00', 'plain', 910),
  views(2, '10:00:30', 'eager', 400),
  clicks(2, '10:01:00', 'plain', 111),
  clicks(2, '10:01:02', 'eager', 90),
  clicks(2, '10:01:02', 'eager', 91),
  views(3, '11:00:00', 'plain', 2_000),
  clicks(3, '11:00:00', 'eager', 1_000),
]
const outcome = {
  distributionId: 'dist_1',
  slug: 'sourdough',
  beganAt: '2026-03-02T09:00:00.000000Z',
  countedFrom: '2026-03-02T09:02:00.000000Z',
  endsAt: '2026-03-03T09:00:00.000000Z',
  hasEnded: true,
  verdict: 'winner',
  winner: 'eager',
  evidenceNeeded: 50,
  arms: [
    { label: 'Enroll now', ctaType: 'plain', share: 0.5, views: 400, clicks: 40, clicksPerView: { rate: 0.1 } },
    { label: 'Start today', ctaType: 'eager', share: 0.5, views: 400, clicks: 91, clicksPerView: { rate: 0.2275 } },
  ],
}

test('a report counts what comes while an experiment runs, for each arm', async () => {
  const world = await startWorld()

  await world.take(...story)

  expect(await readReport(world)).toMatchObject(outcome)
})

test('events in any order, and each as often as it may come, make the same report and the same rows', async () => {
  const expected = await startWorld()
  await expected.take(...story)
  const rows = await readRows(expected)
  const order = fc.shuffledSubarray([...story, ...story], { minLength: 2 * story.length })

  await fc.assert(
    fc.asyncProperty(order, async (events) => {
      const world = await startWorld()
      await world.take(...events)
      const report = await readReport(world)

      await world.take(...story, ...story.toReversed())

      expect(report).toEqual(await readReport(expected))
      expect(await readReport(world)).toEqual(report)
      expect(await readRows(world)).toEqual(rows)
    }),
    { numRuns: 15 },
  )
})

test('other arms, another split and a return after the end begin anew, and a later end does not', async () => {
  const world = await startWorld()
  await world.take(aDistribution('dist_1'), begin(1, '09:00:00', { ends_at: at(3, '09:00:00') }))

  await world.take(begin(2, '09:00:00', { ends_at: at(5, '09:00:00') }))
  expect(await readReport(world)).toMatchObject({ beganAt: '2026-03-01T09:00:00.000000Z' })
  await world.take(begin(3, '09:00:00', { split: [90, 10] }))
  expect(await readReport(world)).toMatchObject({
    beganAt: '2026-03-03T09:00:00.000000Z',
    arms: [{ share: 0.9 }, { share: 0.1 }],
  })
  await world.take(anExperimentChange('dist_1', at(4, '09:00:00'), null), begin(5, '09:00:00', { split: [90, 10] }))
  expect(await readReport(world)).toMatchObject({ beganAt: '2026-03-05T09:00:00.000000Z', hasEnded: false })
})

test('an experiment that a distribution begins with is known, and ends with the distribution', async () => {
  const world = await startWorld()
  const created = aDistribution('dist_1')
  const experiment = { arms, split, ends_at: '2999-01-01T00:00:00Z' }
  await world.take({ ...created, payload: { ...created.payload, experiment } } as EventEnvelope)

  expect(await readReport(world)).toMatchObject({ hasEnded: false, verdict: 'running' })
  await world.take(aDeletion('dist_1'))

  expect(await readReport(world)).toMatchObject({ hasEnded: true, verdict: 'no_difference_shown' })
})

test('an arm that is told of later than another one is not missing views', async () => {
  const world = await startWorld()
  await world.take(aDistribution('dist_1'), begin(1, '09:00:00'))
  // A thousand views a minute. One arm is told of at the full minute, the other one nearly a minute later.
  for (let minute = 1; minute <= 8; minute += 1) {
    await world.take(views(1, `09:0${minute}:00`, 'plain', minute * 500))
    await world.take(views(1, `09:0${minute}:59`, 'eager', Math.round((minute + 59 / 60) * 500)))
  }

  expect(await readReport(world)).toMatchObject({ verdict: 'running', arms: [{ views: 3_000 }, { views: 3_492 }] })
})

test('a split that is wrong is noticed, and nobody wins', async () => {
  const world = await startWorld()

  await world.take(aDistribution('dist_1'), begin(1, '09:00:00'), views(1, '10:00:00', 'plain', 1_000))
  await world.take(views(1, '10:02:00', 'plain', 1_001), clicks(1, '10:00:00', 'plain', 300))

  expect(await readReport(world)).toMatchObject({ verdict: 'wrong_split', winner: null })
})

test('what was counted before the first event that is known belongs to no arm', async () => {
  const world = await startWorld()

  await world.take(begin(1, '09:00:00'), clicks(1, '10:00:00', 'plain', 5_000), clicks(1, '11:00:00', 'plain', 5_003))

  expect(await readReport(world)).toMatchObject({ arms: [{ clicks: 3 }, { clicks: 0 }] })
  await world.take(clicks(9, '12:00:00', 'plain', 5_010))
  expect(await readReport(world)).toMatchObject({ arms: [{ clicks: 10 }, { clicks: 0 }] })
})

test('totals older than two days are forgotten, but for those that a report needs', async () => {
  const world = await startWorld()
  const minutes = (count: number) => Array.from({ length: count }, (_, index) => index)
  const run = (day: number, hour: string, first: number) =>
    minutes(30).flatMap((minute) => {
      const time = `${hour}:${String(minute).padStart(2, '0')}:30`
      return [views(day, time, 'plain', first + minute), clicks(day, time, 'eager', first + minute)]
    })
  await world.take(aDistribution('dist_1'), ...run(1, '12', 1))
  await world.take(begin(2, '12:10:29', { ends_at: at(3, '12:19:31') }), ...run(2, '12', 101), ...run(3, '12', 201))
  const report = await readReport(world)

  await world.take(views(9, '12:00:00', 'plain', 300), clicks(9, '12:00:00', 'eager', 300))

  expect(await readReport(world)).toEqual(report)
  expect(report.arms).toMatchObject([{ views: 107 }, { clicks: 108 }])
  const rows = await readRows(world)
  expect(rows.length).toBeLessThan(20)
  // A total that is forgotten and comes again is forgotten again.
  await world.take(...run(1, '12', 1), ...run(2, '12', 101), ...run(3, '12', 201))
  expect(await readRows(world)).toEqual(rows)
})

test.each([
  ['a split for one arm only', { arms, split: [1], ends_at: '2999-01-01T00:00:00Z' }],
  ['the same arm twice', { arms: [arms[0], arms[0]], split, ends_at: '2999-01-01T00:00:00Z' }],
  ['no end', { arms, split }],
])('an event whose experiment nobody could judge changes nothing: %s', async (_what, experiment) => {
  const world = await startWorld()
  await world.take(...story)

  await world.take(anExperimentChange('dist_1', at(3, '00:00:00'), experiment))

  expect(await readReport(world)).toMatchObject(outcome)
})

test('there is no report without an experiment, about an unknown distribution, and for another tenant', async () => {
  const world = await startWorld()
  await world.take(aDistribution('dist_2'), ...story)
  const ask = async (distribution: string, tenant: string) => {
    const answer = await world.get(`/api/insights/distributions/${distribution}/experiment`, 'admin', tenant)
    return [answer.statusCode, answer.json().code]
  }

  expect(await ask('dist_2', 'acme')).toEqual([404, 'experiment.not-found'])
  expect(await ask('dist_3', 'acme')).toEqual([404, 'distribution.not-found'])
  expect(await ask('dist_1', 'globex')).toEqual([404, 'distribution.not-found'])
})

test('the same distribution of another tenant has its own numbers', async () => {
  const world = await startWorld()
  await world.take(...story, aDistribution('dist_1', { tenantId: 'globex' }))
  await world.take(
    anExperimentChange('dist_1', at(2, '09:00:00'), { arms, split, ends_at: at(4, '09:00:00') }, 'globex'),
  )

  const answer = await world.get(path, 'editor', 'globex')

  expect(answer.json()).toMatchObject({
    arms: [
      { views: 0, clicks: 0 },
      { views: 0, clicks: 0 },
    ],
  })
  expect(await readReport(world)).toMatchObject(outcome)
})
