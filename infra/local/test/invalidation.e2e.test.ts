import { renameSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort, type ServerProcess, waitFor } from '@coursewire/servers'
import { bringInFirstCourse, type Editor, firstCourse } from '@coursewire/setup'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type AppStarter, type Base, startBase } from '../src/stack.ts'

const ASKS_A_ROUND = 2_000
const LANES_EACH = 2
// Everything that is killed is back within this time, and followed again.
const patience = { timeoutMs: 60_000, intervalMs: 50 }

/** The clock of the apps that are started with its `environment`. It runs unless it is held. */
function createClock(directory: string) {
  const file = join(directory, 'clock.json')
  let standsAt: number | null = null
  let behind = 0
  function tell(): void {
    writeFileSync(`${file}.new`, JSON.stringify({ standsAt, behind }))
    renameSync(`${file}.new`, file)
  }
  tell()
  return {
    environment: {
      HELD_CLOCK: file,
      NODE_OPTIONS: `--import=${fileURLToPath(new URL('held-clock.mjs', import.meta.url))}`,
    },
    hold(): void {
      standsAt = Date.now()
      tell()
    },
    move(ms: number): void {
      standsAt = (standsAt ?? Date.now()) + ms
      tell()
    },
    release(): void {
      behind += Date.now() - (standsAt ?? Date.now())
      standsAt = null
      tell()
    },
  }
}

/** An instance of the pages, and what the round's asks have found. */
interface Pages {
  url: string
  isGone: boolean
  /** The answers to what was asked after the instance had said that there is no such course. */
  afterGone: Set<number | 'none'>
}

// Two instances of the pages read from one instance of the catalogue each. What the second catalogue has in memory it keeps until it
// reads the course anew, because its clock is held together with that of the pages.
describe('two instances of the pages before two of the catalogue', () => {
  let base: Base & AppStarter
  let directory: string
  let clock: ReturnType<typeof createClock>
  let editor: Editor
  let slug: string
  let distributionId: string
  let course: string
  let staleUrl: string
  let pages: Pages[]
  let apps: Record<'pages' | 'catalogue' | 'staleCatalogue', ServerProcess>
  let asks = 0

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coursewire-invalidation-'))
    clock = createClock(directory)
    base = await startBase({
      directory,
      isTemporary: true,
      // Never given servers, because Kafka is killed.
      order: ['docker', 'embedded'],
      log: (line) => process.stdout.write(`${line}\n`),
    })
    const { startApp, urls } = base
    const [stalePort, secondPort] = [await findFreePort(), await findFreePort()]
    staleUrl = `http://127.0.0.1:${stalePort}`
    const { environment } = clock
    const [catalogue, staleCatalogue, first] = await Promise.all([
      startApp('distribution-service'),
      startApp('distribution-service', { name: 'stale-distribution-service', port: stalePort, environment }),
      startApp('web', { environment }),
      startApp('web', {
        name: 'second-web',
        port: secondPort,
        environment: { ...environment, DISTRIBUTION_SERVICE_URL: staleUrl },
      }),
      startApp('enrollment-api'),
    ])
    apps = { pages: first, catalogue, staleCatalogue }
    pages = [urls.web, `http://127.0.0.1:${secondPort}`].map((url) => ({ url, isGone: false, afterGone: new Set() }))
    const brought = await bringInFirstCourse(base)
    editor = brought.editor
    slug = brought.slug
    const found = await editor.call<{ items: { id: string }[] }>(
      `${urls.distributionService}/api/distributions?courseId=${firstCourse.course_id}`,
    )
    distributionId = found.items[0]?.id ?? ''
    course = `${urls.distributionService}/api/distributions/${distributionId}`
  }, 300_000)

  afterAll(async () => {
    await base?.stop()
    await rm(directory, { recursive: true, force: true })
  }, 60_000)

  async function read(url: string): Promise<number | 'none'> {
    try {
      const response = await fetch(url)
      await response.arrayBuffer()
      return response.status
    } catch {
      return 'none'
    }
  }

  async function ask(one: Pages): Promise<number | 'none'> {
    const { isGone } = one
    const status = await read(`${one.url}/courses/${slug}`)
    asks += 1
    if (status === 404) one.isGone = true
    if (isGone) one.afterGone.add(status)
    return status
  }

  /** How often the pages have read the course. */
  async function countReads(): Promise<number> {
    const texts = await Promise.all(
      [base.urls.distributionService, staleUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    )
    const lines = texts.flatMap((text) => text.split('\n'))
    return lines
      .filter((line) => line.startsWith('http_request_duration_seconds_count') && line.includes('/internal/pages/'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  /** Publishes the course, and waits until each instance shows it and trusts what it has kept. */
  async function publish(): Promise<void> {
    await editor.call(`${course}/publish`, { body: {} })
    await settle()
  }

  async function settle(timeoutMs = patience.timeoutMs): Promise<boolean> {
    await waitFor(
      async () => {
        const before = await countReads()
        const answers = await Promise.all(pages.flatMap((one) => [ask(one), ask(one), ask(one)]))
        return answers.every((status) => status === 200) && (await countReads()) === before
      },
      { ...patience, timeoutMs, message: 'each instance to keep the page' },
    )
    for (const one of pages) Object.assign(one, { isGone: false, afterGone: new Set() })
    return true
  }

  /** Keeps asking every instance. */
  function askUntil(isOver: () => boolean) {
    const lane = async (one: Pages) => {
      while (!isOver()) await ask(one)
    }
    return Promise.all(pages.flatMap((one) => Array.from({ length: LANES_EACH }, () => lane(one))))
  }

  async function leadsRelay(url: string): Promise<boolean> {
    return /^relay_leader\{.*channel="kafka".*\} 1$/m.test(await (await fetch(`${url}/metrics`)).text())
  }

  const restart = (app: keyof typeof apps) => async () => {
    await apps[app].kill()
    await apps[app].restart()
  }

  it('a page begins to show the course in another language without being checked', async () => {
    const entries = `${base.urls.distributionService}/api/distributions`
    const { id } = await editor.call<{ id: string }>(entries, {
      body: { courseId: firstCourse.course_id, title: 'Specs', description: 'Specs.', language: 'de', slug: 'specs' },
    })
    await editor.call(`${entries}/${id}/publish`, { body: {} })
    await publish()
    clock.hold()
    onTestFinished(() => clock.release())
    // Whoever begins to trust events again checks each page once, and that would find the change too. So each page is checked now, at a
    // moment that lies long enough after all events, of which some may still come; from then on no time passes, and only an event can drop it.
    const settleLater = () => {
      clock.move(2_000)
      return settle(3_000)
    }
    await waitFor(settleLater, patience)
    const showsOther = async ({ url }: Pages) => {
      const html = await (await fetch(`${url}/courses/${slug}`)).text()
      return html.includes('/courses/specs')
    }
    expect(await Promise.all(pages.map(showsOther))).toEqual([false, false])

    await editor.call(`${entries}/${id}`, { method: 'PATCH', body: { language: 'en' }, ifMatch: '*' })

    await waitFor(async () => (await Promise.all(pages.map(showsOther))).every(Boolean), patience)
  })

  // The clock runs: what was asked for later than a second after the commit must be right, however long the answer takes.
  it('a course that is taken back is on no page after a second, when the process that relays the event is frozen', async () => {
    await publish()
    const isFirst = await leadsRelay(base.urls.distributionService)
    const [frozen, otherUrl] = isFirst
      ? [apps.catalogue, staleUrl]
      : [apps.staleCatalogue, base.urls.distributionService]
    const lateAnswers = pages.map(() => new Set<number | 'none'>())

    process.kill(Number(frozen.pid), 'SIGSTOP')
    try {
      await editor.call(`${otherUrl}/api/distributions/${distributionId}/unpublish`, { body: { reason: 'taken back' } })
      const late = performance.now() + 1_000
      const askUntilAnsweredLate = async (one: Pages, answers: Set<number | 'none'>) => {
        while (answers.size === 0) {
          const askedAt = performance.now()
          const status = await ask(one)
          if (askedAt > late) answers.add(status)
        }
      }
      await Promise.all(pages.map((one, index) => askUntilAnsweredLate(one, lateAnswers[index] ?? new Set())))
    } finally {
      process.kill(Number(frozen.pid), 'SIGCONT')
    }

    // The pages that only know the frozen one know nothing.
    const answers = [new Set([404]), new Set([503])]
    expect(lateAnswers).toEqual(isFirst ? answers.toReversed() : answers)
  })

  // The last one leaves no Kafka behind.
  it.each([
    { when: 'nothing is killed', disturb: () => Promise.resolve() },
    { when: 'an instance of the pages is killed', disturb: restart('pages') },
    { when: 'the catalogue that took it back is killed', disturb: restart('catalogue') },
    { when: 'the catalogue that remembers it is killed', disturb: restart('staleCatalogue') },
    {
      when: 'Kafka was killed before, and a second passes',
      before: () => base.kafka.kill(),
      disturb: async () => clock.move(1_000),
    },
  ])(
    'a course that is taken back is on no page within a second of their clock, and never again, when $when',
    async ({ before, disturb }) => {
      await publish()
      clock.hold()
      // The second catalogue has this in memory now.
      expect(await read(`${staleUrl}/api/courses/${slug}`)).toBe(200)
      await before?.()

      const end = asks + ASKS_A_ROUND
      let isOver = false
      const asking = askUntil(() => isOver && asks >= end)
      try {
        await editor.call(`${course}/unpublish`, { body: { reason: 'taken back' } })
        await disturb()
        await waitFor(() => pages.every(({ isGone }) => isGone), { ...patience, message: 'every page to be gone' })
      } finally {
        isOver = true
        await asking
        clock.release()
      }

      for (const { afterGone } of pages) expect(afterGone).not.toContain(200)
    },
    300_000,
  )
})
