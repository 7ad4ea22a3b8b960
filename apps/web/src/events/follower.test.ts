import { readFileSync } from 'node:fs'
import { createLogger } from '@coursewire/service-kit'
import { expect, it } from 'vitest'
import { createPageCache } from '../pages/page-cache.ts'
import { createFollower } from './follower.ts'

type Event = Parameters<ReturnType<typeof createFollower>['onEvent']>[0]['event']

const readExample = (type: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../../packages/events/fixtures/${type}.json`, import.meta.url), 'utf8'),
  ) as Event

/** The addresses that search engines are told of when an event arrives, while two pages are kept that show its course. */
async function submitted(event: Event): Promise<string[]> {
  const logger = createLogger({ service: 'test', level: 'silent' })
  const cache = createPageCache<object>({ sizeOf: () => 1, maxBytes: 10_000, maxMinorBytes: 10_000 })
  const keep = (key: unknown[], isMinor: boolean) =>
    cache.get(JSON.stringify(['brain_prod', ...key]), () =>
      Promise.resolve({ page: {}, tags: ['dist_123abc'], etag: null, isMinor }),
    )
  await keep(['course', 'kept'], false)
  await keep(['course', 'unknown'], true)
  await keep(['de', {}], false)
  const told: string[] = []
  const { onEvent } = createFollower({
    kafka: { clientId: 'test', brokers: [], logger },
    logger,
    catalogue: { readWaitingSeconds: () => Promise.resolve(null) },
    cache,
    cdn: { forget: () => {}, forgetAll: () => {}, close: () => Promise.resolve() },
    indexNow: { submit: (url) => told.push(url) },
    siteOf: (tenant) => ({ name: 'Test', origin: `https://${tenant}.example`, tenant }),
  })
  onEvent({ event })
  return told
}

const origin = 'https://brain_prod.example/courses'

it.each(['published', 'unpublished', 'deleted', 'version_bumped'])(
  'search engines are told of a course that was %s, and of the pages that show it',
  async (type) => {
    expect(await submitted(readExample(`distribution.${type}`))).toEqual([
      `${origin}/alternativen-banken-privatpersonen`,
      `${origin}/kept`,
    ])
  },
)

it('search engines are told of the pages that show a course whose texts have changed', async () => {
  expect(await submitted(readExample('distribution.updated'))).toEqual([`${origin}/kept`])
})

it.each(['created', 'viewed', 'enrollment_clicked'])('search engines are told nothing when one is %s', async (type) => {
  expect(await submitted(readExample(`distribution.${type}`))).toEqual([])
})
