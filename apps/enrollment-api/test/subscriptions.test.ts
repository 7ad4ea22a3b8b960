import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPersonalData } from '../src/accounts/export-repository.ts'
import { subscribers } from '../src/db/schema.ts'
import { rules } from '../src/limits/rules.ts'
import { aTenant, type Service, startService } from './helpers.ts'
import { anAccount, anIp, aPerson, callAs, readMails } from './people.ts'
import { aSubscriber, askForNews, confirmNews, newsMails } from './subscribers.ts'
import { findTraces } from './traces.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const anAddress = () => `Ada.${randomUUID()}@example.com`

describe('whoever asks for news', () => {
  it('gets a mail with a link, and is a subscriber once it is opened', async () => {
    const email = anAddress()

    const asked = await askForNews(service, { email, targetGroups: ['beginners', 'beginners'], courseId: 'course_1' })

    expect([asked.statusCode, asked.json()]).toEqual([202, { status: 'accepted' }])
    expect(await service.ctx.db.$count(subscribers, eq(subscribers.email, email))).toBe(0)
    const [mail] = await newsMails(service, email)
    expect(mail).toMatchObject({ event: 'account.news_requested', status: 200, purpose: 'news_confirmation', email })
    expect(mail?.accountId).toMatch(/^sub_[\da-f-]{36}$/)

    const confirmed = await confirmNews(service, mail?.token)

    expect([confirmed.statusCode, confirmed.json()]).toEqual([
      200,
      { email, targetGroups: ['beginners'], courseIds: ['course_1'] },
    ])
    const [subscriber] = await service.ctx.db.select().from(subscribers).where(eq(subscribers.email, email))
    expect(subscriber).toMatchObject({
      tenantId: 'acme',
      id: mail?.accountId,
      emailKey: email.toLowerCase(),
      locale: 'en',
    })
  })

  it('confirms again to be told of more, and stays one subscriber', async () => {
    const { email, id } = await aSubscriber(service, { targetGroups: ['beginners'], locale: 'de' })
    await askForNews(service, { email: email.toUpperCase(), targetGroups: ['bakers'], locale: 'en' })
    const [, mail] = await newsMails(service, email)

    expect(mail).toMatchObject({ accountId: id })
    const before = await service.ctx.db.select().from(subscribers).where(eq(subscribers.id, id))
    expect(before).toMatchObject([{ email, locale: 'de' }])
    expect((await confirmNews(service, mail?.token)).json()).toMatchObject({ targetGroups: ['beginners', 'bakers'] })
    const after = await service.ctx.db.select().from(subscribers).where(eq(subscribers.id, id))
    expect(after).toMatchObject([{ emailKey: email.toLowerCase(), locale: 'en' }])
  })

  it('becomes one subscriber by many links at the same moment', async () => {
    const email = anAddress()
    const groups = ['one', 'two', 'three', 'four']
    for (const group of groups) await askForNews(service, { email, targetGroups: [group] })
    const mails = await newsMails(service, email)

    const answers = await Promise.all(mails.map(({ token }) => confirmNews(service, token)))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])
    expect(new Set(mails.map(({ accountId }) => accountId)).size).toBe(4)
    expect(await service.ctx.db.$count(subscribers, eq(subscribers.email, email))).toBe(1)
    const { rows } = await service.admin.query('SELECT value FROM subscriptions WHERE value = ANY ($1)', [groups])
    expect(rows).toHaveLength(4)
  })

  it('cannot use a link twice, nor one that is for something else', async () => {
    const email = anAddress()
    await askForNews(service, { email, targetGroups: ['beginners'] })
    const [mail] = await newsMails(service, email)
    const account = await anAccount(service)
    await callAs(service, null)('POST', '/auth/password-reset', { email: account.email })
    const [reset] = await readMails(service, account.id)

    const wrong = await callAs(service, null)('POST', '/auth/verify-email', { token: mail?.token })
    const first = await confirmNews(service, mail?.token)
    const second = await confirmNews(service, mail?.token)
    const other = await confirmNews(service, reset?.token)

    expect(first.statusCode).toBe(200)
    for (const refused of [wrong, second, other]) {
      expect(refused.json()).toMatchObject({ status: 410, code: 'link.invalid' })
    }
  })

  it('gets mails in the language of the tenant unless one is asked for', async () => {
    const tenantId = `tenant-${randomUUID()}`
    await aTenant(service, tenantId)
    await service.admin.query(`UPDATE tenants SET locale = 'de' WHERE id = $1`, [tenantId])
    const subscriptions = [{ kind: 'course' as const, value: 'course_1' }]
    const cause = { tenantId, correlationId: 'x', causationId: null }
    for (const locale of [undefined, 'fr']) {
      await service.ctx.subscriptions.request({ email: anAddress(), locale, subscriptions }, anIp(), cause)
    }

    const { rows } = await service.admin.query('SELECT locale FROM account_requests WHERE tenant_id = $1 ORDER BY id', [
      tenantId,
    ])
    expect(rows).toEqual([{ locale: 'de' }, { locale: 'fr' }])
  })

  it.each([
    ['nothing', {}],
    ['no target group', { targetGroups: [] }],
    ['a blank target group', { targetGroups: [' '] }],
    ['too many target groups', { targetGroups: Array.from({ length: 21 }, (_, index) => `group ${index}`) }],
    ['an address that is none', { email: 'ada', courseId: 'course_1' }],
    ['somebody’s tenant', { courseId: 'course_1', tenantId: 'globex' }],
  ])('is refused with %s', async (_, wanted) => {
    const answer = await askForNews(service, { email: anAddress(), ...wanted })

    expect(answer.statusCode).toBe(400)
  })
})

describe('a stranger', () => {
  it('cannot tell whether an address is known', async () => {
    const [subscriber, person] = [await aSubscriber(service), await aPerson(service)]

    const answers = []
    for (const email of [anAddress(), subscriber.email, person.email]) {
      answers.push(await askForNews(service, { email, targetGroups: ['bakers'] }))
    }

    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    for (const { email } of [subscriber, person]) expect(service.log()).not.toContain(email)
  })

  it('uses up none of the mails by which the owner of an account gets back in, however much is asked for', async () => {
    const person = await aPerson(service)
    for (let time = 0; time < rules.mailsToAddress.atMost + 5; time += 1) {
      const answer = await askForNews(service, { email: person.email, targetGroups: ['bakers'] })
      expect(answer.statusCode).toBe(202)
    }
    expect(await newsMails(service, person.email)).toHaveLength(rules.signUpsToAddress.atMost)

    await callAs(service, null)('POST', '/auth/password-reset', { email: person.email })

    expect((await readMails(service, person.id)).map(({ purpose }) => purpose)).toEqual(['password_reset'])
  })

  it('is refused after a hundred requests in an hour', async () => {
    const call = callAs(service, null)
    const ask = () => call('POST', '/api/subscriptions', { email: anAddress(), courseId: 'course_1' })
    for (let time = 0; time < rules.subscriptionsFromAddress.atMost; time += 1) {
      expect((await ask()).statusCode).toBe(202)
    }

    const refused = await ask()

    expect(refused.json()).toMatchObject({ status: 429, code: 'attempts.too-many' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('cannot try many tokens', async () => {
    const call = callAs(service, null)
    const guess = () => call('POST', '/api/subscriptions/confirm', { token: 'A'.repeat(64) })
    for (let time = 0; time < rules.badTokensFromAddress.atMost; time += 1) {
      expect((await guess()).statusCode).toBe(410)
    }

    expect((await guess()).statusCode).toBe(429)
  })
})

describe('the subscriptions of an account’s address', () => {
  it('are in its export', async () => {
    const person = await aPerson(service)
    const { id } = await aSubscriber(service, { email: person.email, targetGroups: ['bakers'], locale: 'de' })
    await aSubscriber(service, { targetGroups: ['others'] })

    const { ctx } = service
    const caller = { id: person.id, tenantId: 'acme', roles: ['student' as const] }
    const data = await ctx.db.transaction((tx) => readPersonalData(tx, caller))

    expect(data?.subscriptions).toMatchObject([
      { subscriberId: id, kind: 'target_group', value: 'bakers', email: person.email, locale: 'de' },
    ])
    expect(data?.requests).toMatchObject([
      { purpose: 'news_confirmation', subscriptions: [{ kind: 'target_group', value: 'bakers' }] },
    ])
  })

  it('end with the account, and so do the links that would add some', async () => {
    const person = await aPerson(service)
    await aSubscriber(service, { email: person.email })
    await askForNews(service, { email: person.email, targetGroups: ['bakers'] })
    const [, mail] = await newsMails(service, person.email)

    await person.call('DELETE', '/api/me', { password: person.password })

    expect(await findTraces(service, person.email)).toEqual([])
    expect((await confirmNews(service, mail?.token)).json()).toMatchObject({ code: 'link.invalid' })
  })
})
