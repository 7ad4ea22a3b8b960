import { describe, expect, it } from 'vitest'
import { fieldNames, pickFields } from '../src/entries/content.ts'
import { startAsEditor } from './helpers.ts'

async function startWithVersions() {
  const editor = await startAsEditor()
  const { id } = await editor.create()
  const bump = (changelog: string) => editor.call('POST', `/${id}/versions`, { changelog })
  const restore = (version: string, ifMatch = '*') =>
    editor.call('POST', `/${id}/versions/${version}/restore`, undefined, ifMatch)
  return { ...editor, id, bump, restore, versions: (path = '') => editor.call('GET', `/${id}/versions${path}`) }
}

describe('a version', () => {
  it('ends with the current content, and the next one continues', async () => {
    const { id, bump, change, versions } = await startWithVersions()

    const { status, body, headers, events } = await bump('A lesson on\nmoss')
    await change(id, { title: 'Moss' })

    expect({ status, location: headers['location'] }).toEqual({
      status: 201,
      location: `/api/distributions/${id}/versions/v1`,
    })
    expect(body).toMatchObject({ title: 'Vertical Gardens', version: 'v2' })
    expect(events).toMatchObject([{ type: 'distribution.version_bumped', timestamp: body.updatedAt }])
    expect(events[0].payload).toEqual({
      distribution_id: id,
      slug: 'vertical-gardens',
      old_version: 'v1',
      new_version: 'v2',
      bumped_at: body.updatedAt,
      changelog: 'A lesson on\nmoss',
    })
    expect((await versions('/v1')).body).toEqual({
      version: 'v1',
      changelog: 'A lesson on\nmoss',
      frozenAt: body.updatedAt,
      frozenBy: 'person-1',
      content: pickFields(body, fieldNames),
    })
  })

  it('is among what other services may know about the editor who closed it', async () => {
    const { id, bump, callAny } = await startWithVersions()
    await bump('A lesson on moss')
    const ask = (accountId: string) => callAny('GET', `/internal/accounts/${accountId}/data`, { roles: ['service'] })

    const version = { distributionId: id, version: 'v1', changelog: 'A lesson on moss', frozenAt: expect.any(String) }
    expect((await ask('person-1')).body).toEqual({ versions: [version] })
    expect((await ask('person-2')).body).toEqual({ versions: [] })
  })

  it('that is not finished, or never existed, cannot be read', async () => {
    const { bump, versions, restore } = await startWithVersions()
    await bump('one')

    for (const version of ['v2', 'v9', 'v999999999']) expect((await versions(`/${version}`)).status).toBe(404)
    for (const version of ['1', 'v0', 'v01', 'latest', 'v1.5']) expect((await versions(`/${version}`)).status).toBe(400)
    expect((await restore('v2')).status).toBe(404)
  })

  it('is listed with its changelog, latest first, page by page', async () => {
    const { bump, versions } = await startWithVersions()
    for (const changelog of ['one', 'two', 'three']) await bump(changelog)

    const first = (await versions('?limit=2')).body
    const second = (await versions(`?limit=2&cursor=${first.nextCursor}`)).body

    expect(first.items).toMatchObject([
      { version: 'v3', changelog: 'three', frozenBy: 'person-1' },
      { version: 'v2', changelog: 'two' },
    ])
    expect(second).toMatchObject({ items: [{ version: 'v1', changelog: 'one' }], nextCursor: null })
  })

  it.each([
    ['no changelog', {}],
    ['an empty one', { changelog: ' ' }],
    ['one too long', { changelog: 'x'.repeat(5_001) }],
  ])('with %s does not end', async (_what, body) => {
    const { id, call } = await startWithVersions()

    expect(await call('POST', `/${id}/versions`, body)).toMatchObject({ status: 400, events: [] })
  })

  it('differs from another by what was changed between them', async () => {
    const { id, bump, change, versions } = await startWithVersions()
    await bump('one')
    await change(id, { title: 'Moss' })
    await bump('two')
    await change(id, { title: 'Vertical Gardens', targetGroup: ['a'] })

    expect((await versions('/v1/differences?to=v2')).body).toEqual({
      from: 'v1',
      to: 'v2',
      fields: { title: { old: 'Vertical Gardens', new: 'Moss' } },
    })
    expect((await versions('/v1/differences')).body).toEqual({
      from: 'v1',
      to: 'v3',
      fields: { targetGroup: { old: ['gardeners'], new: ['a'] } },
    })
    expect((await versions('/v2/differences?to=v1')).body.fields).toEqual({
      title: { old: 'Moss', new: 'Vertical Gardens' },
    })
    expect((await versions('/v1/differences?to=v7')).status).toBe(404)
  })
})

describe('restoring', () => {
  it('makes a new version with the content of the old one, and rewrites nothing', async () => {
    const { id, bump, change, restore, versions, read } = await startWithVersions()
    const { description } = await read(id)
    await bump('one')
    await change(id, { title: 'Moss', description: 'Green', listed: false })
    const before = (await versions('/v1')).body

    const { status, body, events } = await restore('v1')

    expect(status).toBe(200)
    expect(body).toMatchObject({ title: 'Vertical Gardens', description, listed: false, version: 'v3' })
    expect(events).toMatchObject([
      {
        type: 'distribution.version_bumped',
        payload: { old_version: 'v2', new_version: 'v3', changelog: 'Restored v1' },
      },
      {
        type: 'distribution.updated',
        payload: { updated_fields: ['title', 'description'], old_values: { title: 'Moss', description: 'Green' } },
      },
    ])
    expect(events[1].timestamp > events[0].timestamp).toBe(true)
    expect((await versions('/v2')).body).toMatchObject({ content: { title: 'Moss' }, changelog: 'Restored v1' })
    expect((await versions('/v1')).body).toEqual(before)
  })

  it('of the current content makes a version, but no update', async () => {
    const { bump, restore } = await startWithVersions()
    await bump('one')

    const { body, events } = await restore('v1')

    expect(body.version).toBe('v3')
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['distribution.version_bumped'])
  })

  it('needs If-Match', async () => {
    const { id, call, bump, restore } = await startWithVersions()
    const { body } = await bump('one')

    expect((await call('POST', `/${id}/versions/v1/restore`)).status).toBe(428)
    expect(await restore('v1', '"other"')).toMatchObject({ status: 412, events: [] })
    expect((await restore('v1', `"${body.updatedAt}"`)).status).toBe(200)
  })

  it('reaches the variants, and restored fields of a variant are its own', async () => {
    const { id, derive, bump, change, restore, read, call } = await startWithVersions()
    const variant = await derive(id)
    await call('POST', `/${variant.id}/versions`, { changelog: 'v' })
    await bump('one')
    await change(id, { title: 'Moss', language: 'de' })
    expect(await read(variant.id)).toMatchObject({ title: 'Moss', language: 'de' })

    await call('POST', `/${variant.id}/versions/v1/restore`, undefined, '*')
    expect(await read(variant.id)).toMatchObject({
      title: 'Vertical Gardens',
      language: 'de',
      protectedFields: ['title', 'targetGroup'],
    })
    await restore('v1')
    expect(await read(variant.id)).toMatchObject({ language: 'en' })
  })
})
