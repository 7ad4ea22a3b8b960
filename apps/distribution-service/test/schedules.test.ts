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
    const it = await startAtTen()
    const nothing = { publishAt: null, unpublishAt: null, reason: null, error: null }

    expect((await it.call('GET', it.path)).body).toEqual(nothing)
    const planned = {
      publishAt: '2026-03-01T11:00:00.000000Z',
      unpublishAt: '2026-03-02T11:00:00.000000Z',
      reason: 'season over',
      error: null,
    }
    expect(await it.plan(plan)).toMatchObject({ status: 200, body: planned, events: [] })
    expect((await it.call('GET', it.path)).body).toEqual(planned)
    expect((await it.plan({})).body).toEqual(nothing)
  })

  it('runs at its moments, caused by the request that made it', async () => {
    const it = await startAtTen()
    await it.plan(plan)

    it.setClock('2026-03-01T11:00:00.000000Z')
    await waitFor(async () => (await it.readTypes()).length === 1)
    expect(await it.read(it.id)).toMatchObject({ visibility: 'public' })
    it.setClock('2026-03-02T11:00:00.000000Z')
    await it.carriedOut()

    expect((await it.readOutbox()).slice(1).map(({ event }) => event)).toMatchObject([
      { type: 'distribution.published', meta: { correlation_id: 'req-1', causation_id: null } },
      { type: 'distribution.unpublished', payload: { reason: 'season over' }, meta: { correlation_id: 'req-1' } },
    ])
  })

  it('whose moments passed while no instance ran is made up in order', async () => {
    const it = await startAtTen()
    await it.plan(plan)

    it.setClock('2026-04-01T00:00:00.000000Z')
    await it.carriedOut()

    expect(await it.readTypes()).toEqual(['distribution.published', 'distribution.unpublished'])
  })

  it('runs once, even with several instances', async () => {
    const it = await startAtTen()
    const { databaseUrl } = it
    const others = await Promise.all(
      [1, 2, 3].map(() =>
        createContext(createConfig(databaseUrl), it.logs.logger, {
          now: it.now,
        }),
      ),
    )
    const ids = [it.id, ...(await Promise.all(Array.from({ length: 30 }, async () => (await it.create()).id)))]
    for (const id of ids) await it.call('PUT', `/${id}/schedule`, { publishAt: plan.publishAt })

    it.setClock('2026-04-01T00:00:00.000000Z')
    const countPublished = async () => (await it.readTypes()).filter((type) => type === 'distribution.published').length
    await waitFor(async () => (await it.call('GET', '?visibility=public&limit=100')).body.items.length === ids.length)
    await Promise.all(others.map((other) => other.close()))

    expect(await countPublished()).toBe(ids.length)
  })

  it('is not repeated by an instance that comes late', async () => {
    const it = await startAtTen()
    await it.plan({ publishAt: plan.publishAt })
    it.setClock('2026-03-01T11:00:00.000000Z')
    const due = { distributionId: it.id, tenantId: 'acme', visibility: 'public' as const, at: '2026-03-01T11:00:00Z' }
    await it.carriedOut()
    await it.call('POST', `/${it.id}/unpublish`, { reason: 'early' })

    await it.ctx.schedules.carryOut({ ...due, reason: null, correlationId: 'req-1', error: null })

    expect(await it.read(it.id)).toMatchObject({ visibility: 'private' })
    expect(await it.readTypes()).toEqual(['distribution.published', 'distribution.unpublished'])
  })

  it('that was changed or cancelled does not run in its old form', async () => {
    const it = await startAtTen()
    const other = await it.create()
    await it.call('PUT', `/${other.id}/schedule`, { publishAt: '2026-03-01T11:00:00Z' })
    await it.plan({ publishAt: '2026-03-01T10:30:00Z' })
    await it.plan({ publishAt: '2026-03-05T11:00:00Z' })

    it.setClock('2026-03-01T12:00:00.000000Z')
    await waitFor(async () => (await it.read(other.id)).visibility === 'public')

    expect(await it.read(it.id)).toMatchObject({ visibility: 'private' })
    await it.plan({})
    it.setClock('2026-03-06T12:00:00.000000Z')
    await it.call('PUT', `/${other.id}/schedule`, { unpublishAt: '2026-03-06T13:00:00Z', reason: 'x' })
    it.setClock('2026-03-06T14:00:00.000000Z')
    await waitFor(async () => (await it.read(other.id)).visibility === 'private')
    expect(await it.read(it.id)).toMatchObject({ visibility: 'private' })
  })

  it('is finished if an editor is faster', async () => {
    const it = await startAtTen()
    await it.plan(plan)

    await it.call('POST', `/${it.id}/publish`)
    expect((await it.call('GET', it.path)).body).toMatchObject({ publishAt: null, unpublishAt: expect.any(String) })
    await it.call('POST', `/${it.id}/unpublish`, { reason: 'early' })
    expect((await it.call('GET', it.path)).body).toMatchObject({ publishAt: null, unpublishAt: null })
  })

  it('of an incomplete entry says why nothing happened, and is not tried again', async () => {
    const it = await startAtTen({ description: '' })
    await it.plan({ publishAt: '2026-03-01T11:00:00Z' })

    it.setClock('2026-03-01T12:00:00.000000Z')
    await it.carriedOut()

    expect((await it.call('GET', it.path)).body).toMatchObject({
      publishAt: '2026-03-01T11:00:00.000000Z',
      error: 'Not complete: missing description, seo.metaDescription',
    })
    expect(it.logs.find('Schedule failed')).toHaveLength(1)
    await it.change(it.id, { description: 'Now', seo: { metaDescription: 'Now' } })
    expect(await it.plan({ publishAt: '2026-03-01T13:00:00Z' })).toMatchObject({ body: { error: null } })
    it.setClock('2026-03-01T13:00:00.000000Z')
    await it.carriedOut()
    expect(await it.read(it.id)).toMatchObject({ visibility: 'public' })
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
    const it = await startAtTen()
    const before = (await it.plan(plan)).body

    expect((await it.plan(body)).status).toBe(status)
    expect((await it.call('GET', it.path)).body).toEqual(before)
  })
})
