import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { provisionClient } from '../src/accounts/provision.ts'
import { aStudent, environment, type Service, serve, startService } from './helpers.ts'
import { aFormerStudent, alter, aPerson, callAs } from './people.ts'

const { SERVICE_CLIENT_ID: id, SERVICE_CLIENT_SECRET: secret } = environment

let service: Service
let others: Awaited<ReturnType<typeof serve>>
let asked: (string | undefined)[] = []
let answerOthers: RequestListener
beforeAll(async () => {
  others = await serve((request, response) => {
    asked.push(request.url)
    answerOthers(request, response)
  })
  service = await startService({
    EMAIL_WORKER_URL: `${others.url}/mails`,
    DISTRIBUTION_SERVICE_URL: others.url,
    INSIGHTS_URL: `${others.url}/choices`,
  })
  await provisionClient(service.ctx.db, { id, secret, tenants: ['acme'] })
})
beforeEach(() => {
  asked = []
  const answers = { mails: { mails: [{ template: 'welcome' }] }, choices: { courses: [{ courseId: 'moss' }] } }
  answerOthers = ({ url = '' }, response) =>
    response.end(JSON.stringify(answers[url.split('/')[1] as keyof typeof answers] ?? { versions: [] }))
})
afterAll(async () => {
  await service.close()
  await others.close()
})

describe('the export of an account', () => {
  it('has everything that is stored about the person, by every service', async () => {
    const { courseId, comment, ...person } = await aFormerStudent(service)
    const admin = await aStudent(service, { roles: ['admin'] })
    await service.send('PATCH', admin.token, `/api/admin/users/${person.id}`, { roles: ['student', 'editor'] })

    const answer = await person.call('GET', '/api/me/export')

    expect(answer.statusCode).toBe(200)
    const change = { roles: { from: ['student'], to: ['student', 'editor'] } }
    expect(answer.json()).toMatchObject({
      account: { id: person.id, email: person.email, name: 'Ada', locale: 'de', roles: ['student', 'editor'] },
      sessions: [{ browser: null }],
      enrollments: [{ courseId, activation: 1, cancellationReason: 'other', cancellationComment: comment }],
      requests: [{ purpose: 'password_reset', email: person.email, endedAt: null }],
      changes: [{ accountId: person.id, changedBy: admin.id, change }],
      changesMade: [],
      services: {
        'email-worker': { mails: [{ template: 'welcome' }] },
        'distribution-service': { versions: [] },
        insights: { courses: [{ courseId: 'moss' }] },
      },
    })
    expect(new Set(asked)).toEqual(
      new Set(['', '/mails', '/choices'].map((service) => `${service}/internal/accounts/${person.id}/data`)),
    )
    const [own] = (await callAs(service, admin.token)('GET', '/api/me/export')).json().changesMade
    expect(own).toMatchObject({ accountId: person.id, changedBy: admin.id, change })
  })

  it('has no secret, not even as a hash', async () => {
    const person = await aPerson(service)

    const { body } = await person.call('GET', '/api/me/export')

    expect(body).not.toMatch(/hash|argon2|token/i)
    expect(body).not.toContain(person.password)
  })

  it('has nothing of anybody else', async () => {
    const [one, other] = [await aPerson(service), await aPerson(service)]

    const { body } = await one.call('GET', '/api/me/export')

    expect(body).not.toContain(other.id)
    expect(body).not.toContain(other.email)
  })

  it.each<[string, RequestListener]>([
    ['fails', (_, response) => response.writeHead(500).end()],
    ['does not know the route', (_, response) => response.writeHead(404).end()],
    ['refuses the request', (_, response) => response.writeHead(400).end()],
    ['does not let us in', (_, response) => response.writeHead(403).end()],
    ['answers something else', (_, response) => response.end('[]')],
    ['hangs up', ({ socket }) => socket.destroy()],
  ])('is refused as a whole if a service %s', async (_, answer) => {
    const person = await aPerson(service)
    const answerWell = answerOthers
    answerOthers = (request, response) => (request.url?.startsWith('/mails/') ? answer : answerWell)(request, response)

    const refused = await person.call('GET', '/api/me/export')

    expect(refused.json()).toMatchObject({ status: 503, code: 'service.unavailable' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.body).not.toContain(person.email)
  })

  it('is not made for an account that is gone or disabled, and asks nobody', async () => {
    const [gone, disabled] = [await aPerson(service), await aPerson(service)]
    await gone.call('DELETE', '/api/me', { password: gone.password })
    await alter(service, 'disabled', disabled)

    expect((await gone.call('GET', '/api/me/export')).json()).toMatchObject({ code: 'account.gone' })
    expect((await disabled.call('GET', '/api/me/export')).json()).toMatchObject({ code: 'account.disabled' })
    expect(asked).toEqual([])
  })

  it('is limited, because it asks every service', async () => {
    const person = await aPerson(service)
    for (let count = 0; count < 20; count += 1) {
      expect((await person.call('GET', '/api/me/export')).statusCode).toBe(200)
    }

    expect((await person.call('GET', '/api/me/export')).json()).toMatchObject({ code: 'attempts.too-many' })
  })
})
