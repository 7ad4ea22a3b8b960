import { distributionCreated, distributionPublished } from '@coursewire/events'
import { aGeneratedCourse } from '@coursewire/testing'
import { arbitraryOf, type Schema } from '@coursewire/testing/openapi'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { acceptedContent, contentFields, type FieldName, fieldNames } from '../src/entries/content.ts'
import { renameKeys, toSnakeCase } from '../src/names.ts'
import { openAsEditor } from './helpers.ts'

let service: Awaited<ReturnType<typeof openAsEditor>>
let courses = 0
beforeAll(async () => {
  service = await openAsEditor()
  return service.close
})

/** Two values that an editor may give and that differ from any default, in the form in which they are answered. */
function chooseValues(name: FieldName): [unknown, unknown] {
  const accepts: z.ZodType = acceptedContent[name]
  // Without the metadata that would make a named schema a reference.
  const options = { io: 'input', unrepresentable: 'any', metadata: z.registry<{ id?: string | undefined }>() } as const
  const schema = z.toJSONSchema(accepts, options) as Schema
  const found = new Map<string, unknown>()
  for (const sample of fc.sample(arbitraryOf(schema), { seed: 1, numRuns: 1_000 })) {
    const { success, data } = accepts.safeParse(sample)
    if (success && isSaying(data)) found.set(JSON.stringify(data), data)
  }
  const [first, second] = [...found.values()].filter((value) => value !== 'en')
  if (first === undefined || second === undefined) throw new Error(`No two values were found for ${name}`)
  return [first, second]
}

/** Nothing in it is empty. */
function isSaying(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false
  if (typeof value !== 'object') return true
  const all = Object.values(value)
  return all.length > 0 && all.every(isSaying)
}

/** An object is given in parts. */
function holding(value: unknown): unknown {
  const isInParts = typeof value === 'object' && !Array.isArray(value)
  return isInParts ? expect.objectContaining(value as object) : value
}

const create = (draft: object) => service.create({ courseId: `content-${(courses += 1)}`, ...draft })

describe.each(fieldNames)('%s', (name) => {
  const [value, other] = chooseValues(name)
  const shown = { [name]: holding(value) }

  it('is kept by POST, and carried by each event whose payload names it', async () => {
    const { body, events } = await service.call('POST', '', {
      courseId: `content-${(courses += 1)}`,
      title: 'Walls',
      description: 'Green.',
      language: 'en',
      [name]: value,
    })
    const published = await service.call('POST', `/${body.id}/publish`)

    expect(body).toMatchObject(shown)
    expect(await service.read(body.id)).toMatchObject(shown)
    for (const [definition, event] of [
      [distributionCreated, events[0]],
      [distributionPublished, published.events[0]],
    ] as const) {
      const shape: Record<string, z.ZodType> = definition.payload.shape
      const told = shape[toSnakeCase(name)]?.parse(renameKeys(body[name], toSnakeCase))
      expect(event.type).toBe(definition.type)
      expect(event.payload[toSnakeCase(name)]).toEqual(told)
    }
  })

  it('is protected by an edit, which is told, from the next generation', async () => {
    const course_id = `content-${(courses += 1)}`
    await service.take(aGeneratedCourse({ course_id, completed_at: '2026-01-01T00:00:00Z' }))
    const { id } = (await service.call('GET', `?courseId=${course_id}`)).body.items[0]

    const { body, events } = await service.change(id, { [name]: value })
    const again = {
      title: 'Again',
      description: 'Again.',
      language: 'fr',
      target_audiences: ['again'],
      workload: 'PT3H',
      starts_at: '2026-05-04',
    }
    await service.take(aGeneratedCourse({ course_id, ...again, completed_at: '2026-01-02T00:00:00Z' }))

    expect(body).toMatchObject({ ...shown, protectedFields: [name] })
    expect(events).toMatchObject([
      {
        type: 'distribution.updated',
        payload: {
          updated_fields: [toSnakeCase(name), 'protected_fields'],
          new_values: {
            [toSnakeCase(name)]: holding(renameKeys(value, toSnakeCase)),
            protected_fields: [toSnakeCase(name)],
          },
        },
      },
    ])
    expect(await service.read(id)).toMatchObject(shown)
  })

  it('of a variant follows its parent, unless it is the target group', async () => {
    const { id } = await create({})
    const variant = await service.derive(id)

    await service.change(id, { [name]: value })

    const { [name]: followed } = await service.read(variant.id)
    expect(followed).toEqual(name === 'targetGroup' ? variant.targetGroup : holding(value))
  })

  it('is kept by versions, compared and restored', async () => {
    const before = await create({ [name]: value })
    await service.call('POST', `/${before.id}/versions`, { changelog: 'one' })
    const { body: after } = await service.change(before.id, { [name]: other })

    const { body: version } = await service.call('GET', `/${before.id}/versions/v1`)
    const { body: differences } = await service.call('GET', `/${before.id}/versions/v1/differences`)
    const { body: restored } = await service.call('POST', `/${before.id}/versions/v1/restore`, undefined, '*')

    expect(version.content[name]).toEqual(before[name])
    expect(differences.fields).toEqual({ [name]: { old: before[name], new: after[name] } })
    expect(restored).toMatchObject({ [name]: before[name], protectedFields: [name] })
  })

  it('may be missing in a version that is older than the field', async () => {
    const { id } = await create({ [name]: value })
    await service.call('POST', `/${id}/versions`, { changelog: 'one' })
    await service.db.execute(sql`UPDATE versions SET content = content - ${name}::text WHERE distribution_id = ${id}`)

    const version = await service.call('GET', `/${id}/versions/v1`)
    const restored = await service.call('POST', `/${id}/versions/v1/restore`, undefined, '*')

    expect([version.status, restored.status]).toEqual([200, 200])
    expect(restored.body[name]).toEqual(version.body.content[name])
  })

  it('is shown to the public and to other services where its row says so', async () => {
    const { id, slug, courseId } = await create({ [name]: value })
    await service.call('POST', `/${id}/publish`)

    const page = (await service.callAny('GET', `/api/courses/${slug}`)).body
    const { items } = (await service.callAny('GET', '/api/courses?limit=100')).body
    const internal = (await service.callAny('GET', `/internal/courses/${courseId}`, { roles: ['service'] })).body

    const shownTo: readonly string[] = contentFields[name].shownTo
    const listed = items.find((item: { courseId: string }) => item.courseId === courseId)
    for (const entry of [page, listed])
      expect(entry[name]).toEqual(shownTo.includes('public') ? holding(value) : undefined)
    expect(internal[name]).toEqual(shownTo.includes('services') ? holding(value) : undefined)
  })
})

// A variant always has the language of its parent.
it.each(fieldNames.filter((name) => name !== 'language'))(
  '%s can be overridden in a variant, until it is taken off the protected fields',
  async (name) => {
    const [value, other] = chooseValues(name)
    const { id } = await create({})

    const variant = await service.derive(id, { [name]: value })
    await service.change(id, { [name]: other })

    expect(variant).toMatchObject({ [name]: holding(value), protectedFields: expect.arrayContaining([name]) })
    const { [name]: kept } = await service.read(variant.id)
    expect(kept).toEqual(variant[name])
    const { body } = await service.change(variant.id, { protectedFields: ['targetGroup'] })
    expect(body[name]).toEqual(name === 'targetGroup' ? variant.targetGroup : (await service.read(id))[name])
  },
)
