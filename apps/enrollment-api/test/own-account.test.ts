import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aStudent, type Service, startService } from './helpers.ts'
import { alter } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const change = (token: string, payload: object) => service.send('PATCH', token, '/api/me', payload)

describe("the caller's own account", () => {
  it('is shown to its owner, without the password', async () => {
    const { id, token } = await aStudent(service)

    const answer = await service.get(token, '/api/me')

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      id,
      email: `${id}@example.com`,
      name: 'Ada',
      locale: 'en',
      roles: ['student'],
      verified: true,
      courseNews: true,
      courseChanges: true,
    })
  })

  it('says if its address is not confirmed', async () => {
    const { id, token } = await aStudent(service)
    await alter(service, 'unverified', { id })

    expect((await service.get(token, '/api/me')).json()).toMatchObject({ verified: false })
  })

  it('gets a new name and language, each by itself, and keeps the rest', async () => {
    const { id, token } = await aStudent(service)

    const renamed = await change(token, { name: '  Ada \n King ' })
    const translated = await change(token, { locale: 'DE-at' })
    const untouched = await change(token, {})

    expect(renamed.json()).toMatchObject({ name: 'Ada King', locale: 'en' })
    expect(translated.json()).toMatchObject({ name: 'Ada King', locale: 'de-AT' })
    expect(untouched.json()).toEqual(translated.json())
    expect((await service.get(token, '/api/me')).json()).toEqual({
      id,
      email: `${id}@example.com`,
      name: 'Ada King',
      locale: 'de-AT',
      roles: ['student'],
      verified: true,
      courseNews: true,
      courseChanges: true,
    })
  })

  it('says which mails about courses the person gets, each until they change it', async () => {
    const { token } = await aStudent(service)

    expect((await change(token, { courseNews: false })).json()).toMatchObject({
      courseNews: false,
      courseChanges: true,
    })
    await change(token, { courseChanges: false })
    await change(token, { courseNews: true, name: 'Ada King' })

    expect((await service.get(token, '/api/me')).json()).toMatchObject({ courseNews: true, courseChanges: false })
  })

  it('is the one of the tenant that the token is for', async () => {
    const { id } = await aStudent(service)
    const twin = await aStudent(service, { id, tenantId: 'globex' })

    await change(twin.token, { name: 'Grace' })

    const { rows } = await service.admin.query('SELECT tenant_id, name FROM users WHERE id = $1 ORDER BY 1', [id])
    expect(rows).toEqual([
      { tenant_id: 'acme', name: 'Ada' },
      { tenant_id: 'globex', name: 'Grace' },
    ])
  })

  it.each([
    ['a blank name', { name: ' \u200b ' }],
    ['a long name', { name: 'x'.repeat(201) }],
    ['a name with a control character', { name: 'A\u001bda' }],
    ['a language that is none', { locale: 'english please' }],
    ['no language', { locale: null }],
    ['a role', { roles: ['admin'] }],
    ['a tenant', { tenantId: 'globex' }],
    ['a confirmation', { verified: true }],
  ])('is not changed by a request with %s', async (_, payload) => {
    const { token } = await aStudent(service)
    const before = (await service.get(token, '/api/me')).json()

    expect((await change(token, payload)).statusCode).toBe(400)
    expect((await service.get(token, '/api/me')).json()).toEqual(before)
  })

  it('can be used neither once it is disabled nor once it is gone', async () => {
    const { id, token } = await aStudent(service)
    const answers = async () => [await service.get(token, '/api/me'), await change(token, { name: 'Grace' })]

    await alter(service, 'disabled', { id })
    for (const answer of await answers()) expect(answer.json()).toMatchObject({ status: 403, code: 'account.disabled' })

    await alter(service, 'erased', { id })
    for (const answer of await answers()) expect(answer.json()).toMatchObject({ status: 401, code: 'account.gone' })
  })

  it('is nothing that a service or a stranger has', async () => {
    const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId: 'acme', roles: ['service'] })

    expect((await service.get(token, '/api/me')).statusCode).toBe(403)
    expect((await change(token, {})).statusCode).toBe(403)
    expect((await service.app.inject('/api/me')).statusCode).toBe(401)
  })
})
