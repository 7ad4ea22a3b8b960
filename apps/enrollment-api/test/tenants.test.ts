import { waitFor } from '@coursewire/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { aStudent, type Service, startService } from './helpers.ts'

let service: Service
let admin: string
const sender = 'Acme <hello@acme.example>'
beforeAll(async () => {
  service = await startService({ EMAIL_SENDERS: `${sender}, academy@acme.example` })
  admin = (await aStudent(service, { roles: ['admin'] })).token
})
afterAll(() => service.close())

const wanted = {
  name: 'Acme Academy',
  timeZone: 'America/New_York',
  locale: 'de-AT',
  colors: { accent: '#0a5c36', onAccent: '#ffffff' },
  logoUrl: 'https://acme.example/logo.png',
  sender,
  replyTo: 'help@acme.example',
  postalAddress: 'Acme GmbH\nMoosweg 1',
}
const read = () => service.get(admin, '/api/admin/tenant')
const put = (payload: object, ifMatch?: string, token = admin) =>
  service.app.inject({
    method: 'PUT',
    url: '/api/admin/tenant',
    payload,
    headers: { authorization: `Bearer ${token}`, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
  })
const readInternally = async (id: string, tenantId = id) => {
  const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId, roles: ['service'] })
  return service.get(token, `/internal/tenants/${id}`)
}

describe('an admin', () => {
  it('replaces what the tenant shows of itself, and services read the same', async () => {
    const { etag } = (await read()).headers

    const answer = await put(wanted, etag)

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ id: 'acme', ...wanted })
    expect(answer.headers.etag).not.toBe(etag)
    const again = await read()
    expect(again.json()).toEqual(answer.json())
    expect(again.headers.etag).toBe(answer.headers.etag)
    expect((await readInternally('acme')).json()).toEqual(answer.json())
  })

  it('changes no other tenant', async () => {
    const before = (await readInternally('globex')).json()

    await put({ ...wanted, name: 'Only Acme' }, '*')

    expect((await readInternally('globex')).json()).toEqual(before)
  })

  it('writes texts in any form, and reads them in one', async () => {
    const written = {
      ...wanted,
      name: ' Acme\tAcademy ',
      locale: 'DE-at',
      colors: { accent: '#0A5C36', onAccent: '#FFFFFF' },
      sender: 'Acme <hello@ACME.example>',
      postalAddress: 'Acme GmbH\r\nMoosweg 1 ',
    }

    const answer = await put(written, '*')

    expect(answer.json()).toMatchObject(wanted)
  })

  it('can unset what need not be set', async () => {
    const unset = { colors: null, logoUrl: null, sender: null, replyTo: null, postalAddress: null }

    expect((await put({ ...wanted, ...unset }, '*')).json()).toMatchObject(unset)
  })

  it('cannot overwrite what another admin has just written', async () => {
    const { etag } = (await read()).headers

    const answers = await Promise.all(['One', 'Two'].map((name) => put({ ...wanted, name }, etag)))
    const late = await put({ ...wanted, name: 'Late' }, etag)

    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 412])
    expect([late.statusCode, late.json().code]).toEqual([412, 'if-match.stale'])
    expect(['One', 'Two']).toContain((await read()).json().name)
  })

  it('must say which state is to be replaced', async () => {
    const answer = await put(wanted)

    expect([answer.statusCode, answer.json().code]).toEqual([428, 'if-match.missing'])
  })

  it('cannot choose a sender that is not set up', async () => {
    const answer = await put({ ...wanted, sender: 'Acme <hello@globex.example>' }, '*')

    expect([answer.statusCode, answer.json().code]).toEqual([422, 'sender.not-allowed'])
  })

  it.each([
    ['a missing field', { postalAddress: undefined }],
    ['an unknown field', { hosts: ['globex.test'] }],
    ['another tenant', { id: 'globex' }],
    ['a blank name', { name: ' ' }],
    ['an unknown time zone', { timeZone: 'Europe/Nowhere' }],
    ['a locale that is no language tag', { locale: 'de_AT' }],
    ['colours that are hard to read', { colors: { accent: '#777777', onAccent: '#ffffff' } }],
    ['a logo without TLS', { logoUrl: 'http://acme.example/logo.png' }],
    ['several addresses for answers', { replyTo: 'a@acme.example, b@acme.example' }],
    ['a sender with a line break', { sender: 'Acme\r\nBcc: <b@acme.example>' }],
    ['a long postal address', { postalAddress: 'x'.repeat(501) }],
  ])('cannot set %s', async (_, change) => {
    const answer = await put({ ...wanted, ...change }, '*')

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request.invalid'])
  })
})

describe('a tenant that nobody has created', () => {
  it('is not found, not even by its own admins and services', async () => {
    const { token } = await service.ctx.tokens.issue({ id: 'usr_1', tenantId: 'initech', roles: ['admin'] })

    const answers = [
      await service.get(token, '/api/admin/tenant'),
      await put(wanted, '*', token),
      await readInternally('initech'),
    ]

    for (const answer of answers) expect([answer.statusCode, answer.json().code]).toEqual([404, 'tenant.not-found'])
  })

  it('is named in a warning at the start if the configuration names it', async () => {
    const other = await startService({ TENANT_HOSTS: 'globex.test=globex,initech.test=initech' })
    onTestFinished(() => other.close())

    await other.app.listen({ port: 0, host: '127.0.0.1' })

    const findWarnings = () => other.logged('Tenants are missing: create them with create-tenant')
    await waitFor(() => findWarnings().length > 0)
    expect(findWarnings()).toMatchObject([{ level: 'warn', tenants: ['initech'] }])
  })
})

it('a service reads no tenant but that of its token', async () => {
  const answers = [await readInternally('globex', 'acme'), await readInternally('nobody', 'acme')]

  for (const answer of answers) expect([answer.statusCode, answer.json().code]).toEqual([404, 'tenant.not-found'])
})
