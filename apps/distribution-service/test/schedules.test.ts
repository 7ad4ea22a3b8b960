import { waitFor } from '@coursewire/testing'
import { describe, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { createConfig, startAsEditor } from './helpers.ts'

/** An editor at ten o'clock, and a clock that a test can set. */
async function startAtTen(draft: object = {}) {
  let time = '2026-03-01T10:00:00.000000Z'
  const now = () => time
  const editor = await startAsEditor({ now })
  const { id } = await editor.create(draft)
  const readTypes = async () => (await editor.readOutbox()).map(({ event }) => event.type).slice(1)
  return {
    ...editor,
    id,
    now,
    path: `/${id}/schedule`,
    plan: (body: object) => editor.call('PUT', `/${id}/schedule`, body),
    setClock: (at: string) => {
      time = at
    },
    readTypes,
    /** Resolves when the schedule holds nothing that is still to come. */
    carriedOut: () =>
      waitFor(async () => {
        const { publishAt, unpublishAt, error } = (await editor.call('GET', `/${id}/schedule`)).body
        return error !== null || (publishAt === null && unpublishAt === null)
      }),
  }
}

const plan = { publishAt: '2026-03-01T13:00:00+02:00', unpublishAt: '2026-03-02T11:00:00Z', reason: 'season over' }

describe('a schedule', () => {
  it('is answered in UTC, and is empty if nothing is planned', async () => {
    const planner = await startAtTen()
    const nothing = { publishAt: null, unpublishAt: null, reason: null, error: null }

    expect((await planner.call('GET', planner.path)).body).toEqual(nothing)
    const planned = {
      publishAt: '2026-03-01T11:00:00.000000Z',
      unpublishAt: '2026-03-02T11:00:00.000000Z',
      reason: 'season over',
      error: null,
    }
    expect(await planner.plan(plan)).toMatchObject({ status: 200, body: planned, events: [] })
    expect((await planner.call('GET', planner.path)).body).toEqual(planned)
    expect((await planner.plan({})).body).toEqual(nothing)
  })

  it('runs at its moments, caused by the request that made it', async () => {
    const planner = await startAtTen()
    await planner.plan(plan)

    planner.setClock('2026-03-01T11:00:00.000000Z')
    await waitFor(async () => (await planner.readTypes()).length === 1)
    expect(await planner.read(planner.id)).toMatchObject({ visibility: 'public' })
    planner.setClock('2026-03-02T11:00:00.000000Z')
    await planner.carriedOut()

    expect((await planner.readOutbox()).slice(1).map(({ event }) => event)).toMatchObject([
      { type: 'distribution.published', meta: { correlation_id: 'req-1', causation_id: null } },
      { type: 'distribution.unpublished', payload: { reason: 'season over' }, meta: { correlation_id: 'req-1' } },
    ])
  })

  it('whose moments passed while no instance ran is made up in order', async () => {
    const planner = await startAtTen()
    await planner.plan(plan)

    planner.setClock('2026-04-01T00:00:00.000000Z')
    await planner.carriedOut()

    expect(await planner.readTypes()).toEqual(['distribution.published', 'distribution.unpublished'])
  })

  it('runs once, even with several instances', async () => {
    const planner = await startAtTen()
    const { databaseUrl } = planner
    const others = await Promise.all(
      [1, 2, 3].map(() =>
        createContext(createConfig(databaseUrl), planner.logs.logger, {
          now: planner.now,
        }),
      ),
    )
    const ids = [
      planner.id,
      ...(await Promise.all(Array.from({ length: 30 }, async () => (await planner.create()).id))),
    ]
    for (const id of ids) await planner.call('PUT', `/${id}/schedule`, { publishAt: plan.publishAt })

    planner.setClock('2026-04-01T00:00:00.000000Z')
    const countPublished = async () =>
      (await planner.readTypes()).filter((type) => type === 'distribution.published').length
    await waitFor(
      async () => (await planner.call('GET', '?visibility=public&limit=100')).body.items.length === ids.length,
    )
    await Promise.all(others.map((other) => other.close()))

    expect(await countPublished()).toBe(ids.length)
  })

  it('is not repeated by an instance that comes late', async () => {
    const planner = await startAtTen()
    await planner.plan({ publishAt: plan.publishAt })
    planner.setClock('2026-03-01T11:00:00.000000Z')
    const due = {
      distributionId: planner.id,
      tenantId: 'acme',
      visibility: 'public' as const,
      at: '2026-03-01T11:00:00Z',
    }
    await planner.carriedOut()
    await planner.call('POST', `/${planner.id}/unpublish`, { reason: 'early' })

    await planner.ctx.schedules.carryOut({ ...due, reason: null, correlationId: 'req-1', error: null })

    expect(await planner.read(planner.id)).toMatchObject({ visibility: 'private' })
    expect(await planner.readTypes()).toEqual(['distribution.published', 'distribution.unpublished'])
  })

  it('that was changed or cancelled does not run in its old form', async () => {
    const planner = await startAtTen()
    const other = await planner.create()
    await planner.call('PUT', `/${other.id}/schedule`, { publishAt: '2026-03-01T11:00:00Z' })
    await planner.plan({ publishAt: '2026-03-01T10:30:00Z' })
    await planner.plan({ publishAt: '2026-03-05T11:00:00Z' })

    planner.setClock('2026-03-01T12:00:00.000000Z')
    await waitFor(async () => (await planner.read(other.id)).visibility === 'public')

    expect(await planner.read(planner.id)).toMatchObject({ visibility: 'private' })
    await planner.plan({})
    planner.setClock('2026-03-06T12:00:00.000000Z')
    await planner.call('PUT', `/${other.id}/schedule`, { unpublishAt: '2026-03-06T13:00:00Z', reason: 'x' })
    planner.setClock('2026-03-06T14:00:00.000000Z')
    await waitFor(async () => (await planner.read(other.id)).visibility === 'private')
    expect(await planner.read(planner.id)).toMatchObject({ visibility: 'private' })
  })

  it('is finished if an editor is faster', async () => {
    const planner = await startAtTen()
    await planner.plan(plan)

    await planner.call('POST', `/${planner.id}/publish`)
    expect((await planner.call('GET', planner.path)).body).toMatchObject({
      publishAt: null,
      unpublishAt: expect.any(String),
    })
    await planner.call('POST', `/${planner.id}/unpublish`, { reason: 'early' })
    expect((await planner.call('GET', planner.path)).body).toMatchObject({ publishAt: null, unpublishAt: null })
  })

  it('of an incomplete entry says why nothing happened, and is not tried again', async () => {
    const planner = await startAtTen({ description: '' })
    await planner.plan({ publishAt: '2026-03-01T11:00:00Z' })

    planner.setClock('2026-03-01T12:00:00.000000Z')
    await planner.carriedOut()

    expect((await planner.call('GET', planner.path)).body).toMatchObject({
      publishAt: '2026-03-01T11:00:00.000000Z',
      error: 'The distribution is incomplete: missing description, seo.metaDescription',
    })
    expect(planner.logs.find('Schedule failed')).toHaveLength(1)
    await planner.change(planner.id, { description: 'Now', seo: { metaDescription: 'Now' } })
    expect(await planner.plan({ publishAt: '2026-03-01T13:00:00Z' })).toMatchObject({ body: { error: null } })
    planner.setClock('2026-03-01T13:00:00.000000Z')
    await planner.carriedOut()
    expect(await planner.read(planner.id)).toMatchObject({ visibility: 'public' })
  })

  it.each([
    ['in the past', 422, { publishAt: '2026-03-01T09:00:00Z' }],
    ['in no order', 422, { publishAt: '2026-03-02T09:00:00Z', unpublishAt: '2026-03-01T11:00:00Z', reason: 'x' }],
    ['at one moment', 422, { publishAt: '2026-03-02T09:00:00Z', unpublishAt: '2026-03-02T09:00:00Z', reason: 'x' }],
    ['without a reason to unpublish', 400, { unpublishAt: '2026-03-02T09:00:00Z' }],
    ['without an offset', 400, { publishAt: '2026-03-02T09:00:00' }],
    ['on a day that is none', 400, { publishAt: '2026-02-30T09:00:00Z' }],
    ['of something else', 400, { delete_at: '2026-03-02T09:00:00Z' }],
  ])('%s is refused, and the existing plan stays', async (_how, status, body) => {
    const planner = await startAtTen()
    const before = (await planner.plan(plan)).body

    expect((await planner.plan(body)).status).toBe(status)
    expect((await planner.call('GET', planner.path)).body).toEqual(before)
  })
})
