import type { EventEnvelope } from '@coursewire/events'
import { aGeneratedCourse, aStagedCourse, waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { distributions } from '../src/db/schema.ts'
import { startAsEditor, startService } from './helpers.ts'

type Service = Awaited<ReturnType<typeof startService>>

/** Handles `first` and `second` in two transactions. The first commits only when the second waits for it. */
async function overlap({ db, handle }: Service, first: EventEnvelope, second: EventEnvelope): Promise<void> {
  const { waiting } = await db.transaction(async (tx) => {
    await handle(tx, first)
    const waiting = db.transaction((other) => handle(other, second))
    await waitForWaiters(db, 1)
    // Wrapped in an object, because a bare promise would be awaited before this transaction commits.
    return { waiting }
  })
  await waiting
}

function waitForWaiters(db: Service['db'], count: number): Promise<boolean> {
  const look = async () => {
    const { rows } = await db.execute(
      sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length === count
  }
  return waitFor(look, { message: `${count} transactions to wait for a lock` })
}

const readTypes = async ({ readOutbox }: Service) => (await readOutbox()).map(({ event }) => event.type)

it('the same generation under two event ids at once makes one distribution', async () => {
  const service = await startService()
  const fact = { course_id: 'course_1' }

  await overlap(service, aGeneratedCourse(fact), aGeneratedCourse(fact))

  expect(await service.db.select().from(distributions)).toHaveLength(1)
  expect(await readTypes(service)).toEqual(['distribution.created'])
})

it('two courses that want the same slug at once get one each', async () => {
  const service = await startService()

  await overlap(service, aGeneratedCourse({ title: 'Gardens' }), aGeneratedCourse({ title: 'Gardens' }))

  const slugs = await service.db.select({ slug: distributions.slug }).from(distributions).orderBy(distributions.slug)
  expect(slugs).toEqual([{ slug: 'gardens' }, { slug: 'gardens-2' }])
})

it.each([
  ['while its course is being made', true, ['distribution.created', 'distribution.updated']],
  ['just before its course is made', false, ['distribution.created']],
])('a deployment to staging %s is not missed', async (_when, isGenerationFirst, told) => {
  const service = await startService()
  const generation = aGeneratedCourse({ course_id: 'course_1' })
  const deployment = aStagedCourse({ course_id: 'course_1', staging_url: 'https://staging.test/1' })

  await (isGenerationFirst ? overlap(service, generation, deployment) : overlap(service, deployment, generation))

  expect(await service.db.select().from(distributions)).toMatchObject([{ stagingUrl: 'https://staging.test/1' }])
  expect(await readTypes(service)).toEqual(told)
})

it('a distribution that two editors publish at once is announced once', async () => {
  const service = await startService()
  await service.take(aGeneratedCourse())
  const [distribution] = await service.db.select().from(distributions)
  const publish = () => service.call('POST', `/api/distributions/${distribution?.id}/publish`, { roles: ['editor'] })

  const { publishing } = await service.db.transaction(async (tx) => {
    await tx.select().from(distributions).for('update')
    const publishing = Promise.all([publish(), publish()])
    await waitForWaiters(service.db, 2)
    return { publishing }
  })

  expect((await publishing).map(({ status }) => status)).toEqual([200, 200])
  expect(await readTypes(service)).toEqual(['distribution.created', 'distribution.published'])
})

it('a deployment to staging while a variant is derived reaches the variant', async () => {
  const { call, db, handle, create, read } = await startAsEditor()
  const { id } = await create({ courseId: 'course_1' })

  const { deriving, deploying } = await db.transaction(async (tx) => {
    await tx.select().from(distributions).for('update')
    const deriving = call('POST', `/${id}/micro-niches`, { targetGroup: ['few'] })
    await waitForWaiters(db, 1)
    const deploying = db.transaction((other) =>
      handle(other, aStagedCourse({ course_id: 'course_1', staging_url: 'https://staging.test/1' })),
    )
    await waitForWaiters(db, 2)
    return { deriving, deploying }
  })
  await deploying

  expect(await read((await deriving).body.id)).toMatchObject({ stagingUrl: 'https://staging.test/1' })
})
