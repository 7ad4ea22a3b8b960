import { aGeneratedCourse, aStagedCourse } from '@coursewire/testing'
import { describe, expect, it } from 'vitest'
import { startService } from './helpers.ts'

type Service = Awaited<ReturnType<typeof startService>>
const editor = { roles: ['editor' as const] }

/** Starts a service with one distribution, and returns its path. */
async function startWithDistribution(generation: Parameters<typeof aGeneratedCourse>[0] = {}) {
  const service = await startService()
  await service.take(aGeneratedCourse({ course_id: 'course_1', title: 'Gardens', ...generation }))
  const { body } = await service.call('GET', '/api/distributions?courseId=course_1', editor)
  const { id } = body.items[0]
  return { service, id, path: `/api/distributions/${id}` }
}

const readLast = async (service: Service) => (await service.readOutbox()).at(-1)

describe('publishing', () => {
  it('answers with the public distribution, announces it after the commit, and is logged', async () => {
    const { service, id, path } = await startWithDistribution()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

    const { status, body, headers } = await service.call('POST', `${path}/publish`, {
      ...editor,
      headers: { 'x-request-id': 'req-123', traceparent },
    })

    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'x-request-id': 'req-123' })
    expect(body).toMatchObject({ id, visibility: 'public', version: 'v1', slug: 'gardens' })
    expect(body).toEqual((await service.call('GET', path, editor)).body)
    expect(await readLast(service)).toEqual({
      topic: 'distribution.events.v1',
      key: id,
      headers: expect.objectContaining({ ce_type: 'distribution.published', ce_correlationid: 'req-123', traceparent }),
      event: {
        id: expect.any(String),
        type: 'distribution.published',
        timestamp: body.updatedAt,
        payload: {
          distribution_id: id,
          slug: 'gardens',
          course_id: 'course_1',
          title: 'Gardens',
          language: 'en',
          target_group: ['gardeners'],
          seo: {
            meta_title: 'Gardens',
            meta_description: 'Plants on walls, from the first pot to the last.',
            meta_keywords: ['gardeners'],
          },
          published_at: body.updatedAt,
        },
        meta: {
          schema_version: '1.0',
          producer: 'course_distribution',
          source_module: 'course_distribution',
          tenant_id: 'acme',
          correlation_id: 'req-123',
          causation_id: null,
        },
        target: null,
      },
    })
    expect(service.wakes).toHaveLength(1)
    expect(service.logs.find('Distribution published')).toMatchObject([{ distributionId: id, courseId: 'course_1' }])
  })

  it('again gives the same answer and sends no event', async () => {
    const { service, path } = await startWithDistribution()
    const first = await service.call('POST', `${path}/publish`, editor)

    const second = await service.call('POST', `${path}/publish`, editor)

    expect(second.status).toBe(200)
    expect(second.body).toEqual(first.body)
    expect(await service.readOutbox()).toHaveLength(2)
    expect(service.wakes).toHaveLength(1)
  })

  it('of an incomplete entry is refused with the names of the missing fields', async () => {
    const { service, path } = await startWithDistribution({ description: null })

    const { status, body, headers } = await service.call('POST', `${path}/publish`, editor)

    expect(status).toBe(409)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(body).toMatchObject({
      code: 'distribution.incomplete',
      title: 'The distribution is incomplete: missing description, seo.metaDescription',
    })
    expect((await service.call('GET', path, editor)).body).toMatchObject({ visibility: 'private' })
    expect(await service.readOutbox()).toHaveLength(1)
    expect(service.wakes).toEqual([])
  })
})

describe('unpublishing', () => {
  it('hides the distribution, and its event has the reason', async () => {
    const { service, id, path } = await startWithDistribution()
    await service.call('POST', `${path}/publish`, editor)

    const { status, body } = await service.call('POST', `${path}/unpublish`, {
      roles: ['admin'],
      body: { reason: ' content_revision_required ' },
      headers: { 'x-request-id': 'req-124' },
    })

    expect(status).toBe(200)
    expect(body).toMatchObject({ id, visibility: 'private' })
    expect(await readLast(service)).toMatchObject({
      key: id,
      event: {
        type: 'distribution.unpublished',
        timestamp: body.updatedAt,
        payload: {
          distribution_id: id,
          slug: 'gardens',
          unpublished_at: body.updatedAt,
          reason: 'content_revision_required',
        },
        meta: { correlation_id: 'req-124', causation_id: null },
      },
    })
    expect(service.logs.find('Distribution unpublished')).toMatchObject([{ distributionId: id }])
  })

  it('a private entry sends no event', async () => {
    const { service, path } = await startWithDistribution()

    const { status } = await service.call('POST', `${path}/unpublish`, { ...editor, body: { reason: 'none' } })

    expect(status).toBe(200)
    expect(await service.readOutbox()).toHaveLength(1)
  })

  it.each([
    ['no reason', {}],
    ['an empty reason', { reason: '  ' }],
    ['a reason too long', { reason: 'x'.repeat(501) }],
    ['a number for a reason', { reason: 7 }],
    ['something beside the reason', { reason: 'ok', visibility: 'public' }],
  ])('with %s is refused', async (_name, body) => {
    const { service, path } = await startWithDistribution()

    const answer = await service.call('POST', `${path}/unpublish`, { ...editor, body })

    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'request.invalid' })
  })
})

it('each change has a later moment than the one before, even if the clock steps back', async () => {
  const service = await startService({ now: () => '2025-12-28T10:30:00.123456Z' })
  await service.take(aGeneratedCourse({ course_id: 'course_1' }), aStagedCourse({ course_id: 'course_1' }))
  const { body } = await service.call('GET', '/api/distributions', editor)

  const path = `/api/distributions/${body.items[0].id}`
  await service.call('POST', `${path}/publish`, editor)
  await service.call('DELETE', path, { ...editor, headers: { 'if-match': '*' } })

  expect((await service.readOutbox()).map(({ event }) => event.timestamp)).toEqual([
    '2025-12-28T10:30:00.123456Z',
    '2025-12-28T10:30:00.123457Z',
    '2025-12-28T10:30:00.123458Z',
    '2025-12-28T10:30:00.123459Z',
  ])
})

describe('the list', () => {
  it('has the distributions of the tenant page by page, the newest first', async () => {
    const service = await startService()
    for (const title of ['One', 'Two', 'Three', 'Four', 'Five']) await service.take(aGeneratedCourse({ title }))
    await service.take(aGeneratedCourse({ title: 'Theirs' }, { tenantId: 'globex' }))

    const titles: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: Awaited<ReturnType<typeof service.call>> = await service.call(
        'GET',
        `/api/distributions?limit=2${cursor && `&cursor=${cursor}`}`,
        editor,
      )
      titles.push(body.items.map(({ title }: { title: string }) => title))
      cursor = body.nextCursor
    }

    expect(titles).toEqual([['Five', 'Four'], ['Three', 'Two'], ['One']])
  })

  it('of a course has only its distributions', async () => {
    const service = await startService()
    await service.take(aGeneratedCourse({ course_id: 'a b/ü&c' }), aGeneratedCourse())

    const { body } = await service.call('GET', `/api/distributions?courseId=${encodeURIComponent('a b/ü&c')}`, editor)

    expect(body).toMatchObject({ items: [{ courseId: 'a b/ü&c' }], nextCursor: null })
  })

  it('refuses any other parameter', async () => {
    const service = await startService()

    for (const query of [
      'limit=0',
      'limit=101',
      'limit=1e9',
      'limit=x',
      'cursor=x',
      "cursor=dist_'--",
      'courseId=',
      'order=title',
    ]) {
      const { status } = await service.call('GET', `/api/distributions?${query}`, editor)
      expect({ query, status }).toEqual({ query, status: 400 })
    }
  })
})
